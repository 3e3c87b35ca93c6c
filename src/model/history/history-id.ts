import type { ProcessKey } from '../../snapshot.ts';

/** Whose figures: a server and its head process have one key, so the id says which is meant. */
export type HistoryId = 'host' | 'system' | `project:${string}` | `server:${ProcessKey}` | `process:${ProcessKey}`;
