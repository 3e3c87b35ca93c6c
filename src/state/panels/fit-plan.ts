import { type Answer, closed, readOnlyReason, refuse, tuningReason } from '../answer.ts';
import type { PanelOf } from '../mode.ts';
import { isBack } from '../moving.ts';
import type { AppState } from '../state.ts';

/** Answers a key in the plan of trims: `y` or Enter starts them. */
export function keyInFitPlan(state: AppState, panel: PanelOf<'fit-plan'>, key: string): Answer {
  const { trims } = panel.fit;
  if ((key === 'y' || key === 'enter') && trims.length > 0) {
    const reason = readOnlyReason(state) ?? tuningReason(state);
    return reason === null
      ? [closed(state), [{ type: 'fit', trims, target: panel.target }]]
      : refuse(closed(state), reason);
  }
  return isBack(key) || key === 'n' || key === 'enter' ? [closed(state), []] : [state, []];
}
