import type { ProcessKey } from '../../snapshot.ts';

/** What a history is of. A server and its head process have the same key; the prefix distinguishes them. */
export type HistoryId = 'host' | 'system' | `project:${string}` | `server:${ProcessKey}` | `process:${ProcessKey}`;
