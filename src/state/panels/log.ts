import type { Answer } from '../answer.ts';
import { commandFor } from '../keymap.ts';
import type { PanelOf } from '../mode.ts';
import type { AppState } from '../state.ts';
import { undo } from '../undo.ts';
import { keyInScrolling } from './scrolling.ts';

/** Changes can be undone from the log. */
export function keyInLog(state: AppState, panel: PanelOf<'log'>, key: string): Answer {
  return commandFor(key) === 'undo' ? undo(state) : keyInScrolling(state, panel, key);
}
