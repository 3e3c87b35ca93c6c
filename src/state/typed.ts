import type { HistoryReader } from '../model/history/history-reader.ts';
import { type Answer, closed, withNotice } from './answer.ts';
import { searchRow, withRows } from './expand.ts';
import { matchesRow } from './filter.ts';
import type { Mode } from './mode.ts';
import type { AppState } from './state.ts';
import { edited } from './typing.ts';

/** Handles a key while the filter is typed. The table follows each key. */
export function keyInFilter(state: AppState, key: string, character: string | null): Answer {
  const { filter } = state.arrangement;
  if (key === 'enter' || key === 'up' || key === 'down') return [closed(state), []];
  if (key === 'escape') return [filtered(closed(state), ''), []];
  const text = edited(filter.text, key, character);
  return [text === null ? state : filtered(state, text), []];
}

/** Sets the text of the filter. */
export function filtered(state: AppState, text: string): AppState {
  const { arrangement } = state;
  return { ...state, arrangement: { ...arrangement, filter: { ...arrangement.filter, text } } };
}

/** Handles a key while a text to search is typed. The selection goes to the first row that has it. */
export function keyInSearch(
  state: AppState,
  mode: Extract<Mode, { readonly type: 'search' }>,
  key: string,
  character: string | null,
  history: HistoryReader,
): Answer {
  if (key === 'enter') return [closed(state), []];
  if (key === 'escape') return [{ ...closed(state), searched: '' }, []];
  if (key === 'f3' || key === 'down') return [searchNext(state, history, true), []];
  const text = edited(mode.text, key, character);
  if (text === null) return [state, []];
  const { selected, toggled } = mode;
  // What was opened for fewer letters closes again.
  const arrangement = { ...state.arrangement, toggled };
  const next = { ...state, mode: { ...mode, text }, searched: text, selected, arrangement };
  return [searchNext(withRows(next, history), history, false), []];
}

/** Begins a search. */
export function searching(state: AppState): AppState {
  const { selected, arrangement } = state;
  return { ...state, mode: { type: 'search', text: '', selected, toggled: arrangement.toggled } };
}

/** Goes to the next row that has the text last searched. @param skip whether the selected row does not count */
export function searchNext(state: AppState, history: HistoryReader, skip: boolean): AppState {
  const { searched } = state;
  if (searched === '') return state;
  const found = searchRow(state, history, (row) => matchesRow(row, searched), state.selected, skip);
  return found ?? withNotice(state, 'info', `No row has “${searched}”.`);
}
