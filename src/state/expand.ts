import type { HistoryReader } from '../model/history/history-reader.ts';
import { bytes } from '../text/figures.ts';
import { withNotice } from './answer.ts';
import type { Row, RowId } from './row.ts';
import { makeRows, type RowOptions } from './rows.ts';
import { selectRow } from './selection.ts';
import { type AppState, selectedRow } from './state.ts';

/** Toggles each of these rows between open and closed. */
export function toggle(state: AppState, ids: readonly RowId[]): AppState {
  const toggled = new Set(state.arrangement.toggled);
  for (const id of ids) if (!toggled.delete(id)) toggled.add(id);
  return { ...state, arrangement: { ...state.arrangement, toggled } };
}

/** How the rows of a state are made. */
export function rowOptions({ arrangement, order, compact }: AppState, history: HistoryReader): RowOptions {
  return { arrangement, order, compact, history };
}

/** The process that takes most memory, of those that belong to projects. */
export function jumpToBiggest(state: AppState, history: HistoryReader): AppState {
  return jumpTo(state, history, (row) => (row.type === 'process' ? row.process.memory.counted : null));
}

/** Selects the row with the largest figure, and opens its groups. */
function jumpTo(state: AppState, history: HistoryReader, figure: (row: Row) => number | null): AppState {
  const all = allRows(state, history);
  let best: Row | null = null;
  let most = 0;
  for (const row of all) {
    const value = row.parent === 'system' ? null : figure(row);
    if (value === null || value <= most) continue;
    best = row;
    most = value;
  }
  return best === null ? state : reveal(state, history, best, all);
}

/** Selects the process that grows fastest and says by how much. */
export function jumpToFastest(state: AppState, history: HistoryReader): AppState {
  const rate = (id: RowId) => history.trend(id)?.perHour ?? null;
  const grown = jumpTo(state, history, ({ id, type }) => (type === 'process' ? rate(id) : null));
  if (grown === state) {
    const minutes = Math.floor(history.span / 60);
    return withNotice(state, 'info', `No process is growing (${minutes} min of data).`);
  }
  const row = selectedRow(grown);
  return withNotice(grown, 'info', `It grows by ${bytes(row === null ? 0 : (rate(row.id) ?? 0))} an hour.`);
}

/** Selects the first of these rows that exists, and opens its groups; null if the filter hides them all. */
export function goTo(state: AppState, history: HistoryReader, ids: readonly RowId[]): AppState | null {
  const all = allRows(state, history);
  for (const id of ids) {
    const row = all.find((candidate) => candidate.id === id);
    if (row) return reveal(state, history, row, all);
  }
  return null;
}

/** Selects the next row that passes a test, also in closed groups; null if none does. */
export function searchRow(
  state: AppState,
  history: HistoryReader,
  matches: (row: Row) => boolean,
  from: RowId | null,
  skip: boolean,
): AppState | null {
  const all = allRows(state, history);
  const start =
    Math.max(
      0,
      all.findIndex(({ id }) => id === from),
    ) + (skip ? 1 : 0);
  const found = [...all.slice(start), ...all.slice(0, start)].find(matches);
  return found === undefined ? null : reveal(state, history, found, all);
}

/** All rows, with those in closed groups. */
function allRows(state: AppState, history: HistoryReader): readonly Row[] {
  const { model } = state;
  return model === null ? [] : makeRows(model, { ...rowOptions(state, history), arrangement: allOpen(state, history) });
}

/** The arrangement with every row of projects visible. */
function allOpen(state: AppState, history: HistoryReader): AppState['arrangement'] {
  const { model, arrangement } = state;
  const toggled = new Set(arrangement.toggled);
  if (model === null) return arrangement;
  // Twice: the rows within a closed project appear only once it is open.
  for (let level = 0; level < 2; level++) {
    const opened = { ...rowOptions(state, history), arrangement: { ...arrangement, toggled } };
    for (const { id, expanded, type } of makeRows(model, opened)) {
      if (expanded !== false || type === 'system') continue;
      if (!toggled.delete(id)) toggled.add(id);
    }
  }
  return { ...arrangement, toggled };
}

/** The state with the rows that its arrangement shows. */
export function withRows(state: AppState, history: HistoryReader): AppState {
  return state.model === null ? state : { ...state, rows: makeRows(state.model, rowOptions(state, history)) };
}

/** Opens the groups of a row, and no others, and selects it. */
function reveal(state: AppState, history: HistoryReader, target: Row, all: readonly Row[]): AppState {
  const parents = new Map(all.map(({ id, parent }) => [id, parent]));
  const path: RowId[] = [];
  for (let id = target.parent; id !== null; id = parents.get(id) ?? null) path.unshift(id);
  let next = state;
  for (const id of path) {
    const row = next.rows.find((candidate) => candidate.id === id);
    if (row?.expanded !== false || next.model === null) continue;
    next = withRows(toggle(next, [id]), history);
  }
  return selectRow(next, target.id);
}
