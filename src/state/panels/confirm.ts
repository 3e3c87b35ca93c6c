import { type Answer, closed, withNotice } from '../answer.ts';
import type { PanelOf } from '../mode.ts';
import { isBack } from '../moving.ts';
import type { AppState } from '../state.ts';

/** Handles a key at a question. Only a clear yes agrees. */
export function keyInConfirm(state: AppState, panel: PanelOf<'confirm'>, key: string): Answer {
  if (key === 'y' || key === 'S-y' || (key === 'enter' && panel.explicit !== true)) {
    const allowed = panel.server === undefined ? state.allowed : new Set([...state.allowed, panel.server]);
    return [{ ...closed(state), allowed, agreed: state.agreed || panel.scaling === true }, panel.effects];
  }
  if (isBack(key) || key === 'n' || key === 'S-n' || key === 'enter')
    return [withNotice(closed(state), 'info', 'Cancelled.'), []];
  return [state, []];
}
