import type { HistoryReader } from '../../model/history/history-reader.ts';
import { fit as fitTo } from '../../model/scaling/fit.ts';
import { type Answer, closed, withPanel } from '../answer.ts';
import type { PanelOf } from '../mode.ts';
import type { AppState } from '../state.ts';
import { edited } from '../typing.ts';

/** Handles a key while a share of memory is typed. */
export function keyInFit(
  state: AppState,
  panel: PanelOf<'fit'>,
  key: string,
  character: string | null,
  history: HistoryReader,
): Answer {
  if (key === 'escape') return [closed(state), []];
  if (key === 'enter') return plan(state, panel.text, history);
  const text = edited(panel.text, key, character !== null && /[\d.%]/.test(character) ? character : null);
  return [text === null ? state : withPanel(state, { ...panel, text, problem: null }), []];
}

function plan(state: AppState, text: string, history: HistoryReader): Answer {
  const percent = Number(text.replace(/%$/, ''));
  if (state.model === null || text === '' || !(percent > 0 && percent < 100)) {
    const problem = 'A share of memory in percent, between 0 and 100, such as 60';
    return [withPanel(state, { type: 'fit', text, problem }), []];
  }
  const target = percent / 100;
  return [withPanel(state, { type: 'fit-plan', fit: fitTo(state.model, history, target), target }), []];
}
