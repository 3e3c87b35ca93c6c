import { type Answer, closed, withNotice, withPanel } from '../answer.ts';
import { commandFor } from '../keymap.ts';
import type { PanelOf } from '../mode.ts';
import { isBack, moved } from '../moving.ts';
import { choose, rowOffers } from '../process-actions.ts';
import type { AppState } from '../state.ts';

/** Answers a key in the menu of actions on a process. */
export function keyInActions(state: AppState, panel: PanelOf<'actions'>, key: string): Answer {
  const row = state.rows.find(({ id }) => id === panel.row);
  if (row === undefined) return [withNotice(closed(state), 'warning', 'The process has ended.'), []];
  const offers = rowOffers(row);
  const offer = offers[panel.index];
  if (key === 'enter' && offer) return choose(state, row, offer);
  if (isBack(key) || commandFor(key) === 'actions') return [closed(state), []];
  return [withPanel(state, { ...panel, index: moved(panel.index, offers.length, key) }), []];
}
