import { type Answer, closed } from '../answer.ts';
import { commandFor } from '../keymap.ts';
import type { PanelOf } from '../mode.ts';
import { isBack } from '../moving.ts';
import { type AppState, isTuning } from '../state.ts';
import { keyInScrolling } from './scrolling.ts';

/** Esc stops a guided run that goes on, and closes the panel of one that has ended; T and q only close it. */
export function keyInTune(state: AppState, panel: PanelOf<'tune'>, key: string): Answer {
  if (key === 'escape' && isTuning(state)) return [state, [{ type: 'stop-tune' }]];
  if (isBack(key) || key === 'enter' || commandFor(key) === 'tune') return [closed(state), []];
  return keyInScrolling(state, panel, key);
}
