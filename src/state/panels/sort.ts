import { type Answer, closed, withPanel } from '../answer.ts';
import { commandFor } from '../keymap.ts';
import type { PanelOf } from '../mode.ts';
import { isBack, moved } from '../moving.ts';
import { sortNames } from '../sort.ts';
import type { AppState } from '../state.ts';

/** Answers a key in the sort menu. */
export function keyInSort(state: AppState, panel: PanelOf<'sort'>, key: string): Answer {
  if (key === 'enter') {
    const sort = sortNames[panel.index] ?? 'mem';
    return [{ ...closed(state), arrangement: { ...state.arrangement, sort } }, []];
  }
  if (commandFor(key) === 'reverse') {
    return [{ ...state, arrangement: { ...state.arrangement, reverse: !state.arrangement.reverse } }, []];
  }
  if (isBack(key) || commandFor(key) === 'sort') return [closed(state), []];
  return [withPanel(state, { ...panel, index: moved(panel.index, sortNames.length, key) }), []];
}
