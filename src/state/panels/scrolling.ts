import { type Answer, closed, withPanel } from '../answer.ts';
import { commandFor } from '../keymap.ts';
import { panelLines } from '../layout.ts';
import type { PanelOf } from '../mode.ts';
import { isBack, stepOf } from '../moving.ts';
import type { AppState } from '../state.ts';

type Scrolling = PanelOf<'help' | 'details' | 'log' | 'memory' | 'tune'>;

/** Handles a key in a panel that is only read. The key that opened it closes it too. */
export function keyInScrolling(state: AppState, panel: Scrolling, key: string): Answer {
  if (isBack(key) || key === 'enter' || commandFor(key) === panel.type) return [closed(state), []];
  const step = stepOf(key, panelLines(state));
  if (step === null) return [state, []];
  // It may go beyond the end, which depends on the layout: `clampScroll` corrects it.
  return [withPanel(state, { ...panel, scroll: Math.max(0, panel.scroll + step) }), []];
}
