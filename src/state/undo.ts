import { type Answer, readOnlyReason, refuse, tuningReason } from './answer.ts';
import type { AppState } from './state.ts';

/** Takes back the last change of workers. */
export function undo(state: AppState): Answer {
  const reason = readOnlyReason(state) ?? tuningReason(state);
  return reason === null ? [state, [{ type: 'undo' }]] : refuse(state, reason);
}
