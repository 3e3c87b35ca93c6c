import { type Row, serverOf } from '../state/row.ts';
import type { AppState } from '../state/state.ts';

/** The row of a server that is tagged, or of a project that has no other. */
export function isTagged(row: Row, { tagged }: AppState): boolean {
  const server = row.type === 'process' ? null : serverOf(row);
  return server !== null && tagged.has(`server:${server.key}`);
}
