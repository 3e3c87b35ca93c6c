import type { ProcessKey } from '../../snapshot.ts';

/** Whose figures. A server and its head process have the same key; the prefix distinguishes them. */
export type HistoryId = 'host' | 'system' | `project:${string}` | `server:${ProcessKey}` | `process:${ProcessKey}`;
