import { bytes } from '../text/figures.ts';
import { processOf, type Row, type RowId } from './row.ts';
import { makeRows } from './rows.ts';
import { selectRow } from './selection.ts';
import { type AppState, selectedRow } from './state.ts';

/** Opens what is closed of these rows, and closes what is open. */
export function toggle(state: AppState, ids: readonly RowId[]): AppState {
  const toggled = new Set(state.arrangement.toggled);
  for (const id of ids) if (!toggled.delete(id)) toggled.add(id);
  return { ...state, arrangement: { ...state.arrangement, toggled } };
}

/** The process that takes most memory, of those that belong to projects. */
export function jumpToBiggest(state: AppState): AppState {
  return jumpTo(state, (row) => processOf(row)?.memory.counted ?? null);
}

/** Selects the row with the largest figure, opening what it is in. */
function jumpTo(state: AppState, figure: (row: Row) => number | null): AppState {
  const all = allRows(state);
  let best: Row | null = null;
  let most = 0;
  for (const row of all) {
    const value = row.parent === 'system' ? null : figure(row);
    if (value === null || value <= most) continue;
    best = row;
    most = value;
  }
  return best === null ? state : reveal(state, best, all);
}

export function jumpToFastest(state: AppState): AppState {
  const { history } = state;
  const grown = jumpTo(state, ({ id, type }) => (type === 'process' ? (history.trend(id)?.perHour ?? null) : null));
  if (grown !== state) {
    const row = selectedRow(grown);
    const perHour = row === null ? 0 : (history.trend(row.id)?.perHour ?? 0);
    return { ...grown, notice: { level: 'info', text: `It grows by ${bytes(perHour)} an hour.` } };
  }
  return { ...state, notice: { level: 'info', text: 'No process grows, as far as can be told so far.' } };
}

/** Selects the first of some rows that there is, opening what it is in; null where the filter hides them all. */
export function goTo(state: AppState, ids: readonly RowId[]): AppState | null {
  const all = allRows(state);
  for (const id of ids) {
    const row = all.find((one) => one.id === id);
    if (row) return reveal(state, row, all);
  }
  return null;
}

/** Those of projects that are closed too. */
function allRows(state: AppState): readonly Row[] {
  const { model, history, arrangement } = state;
  return model === null ? [] : makeRows(model, history, { ...arrangement, toggled: allOpen(state) });
}

/** Toggles that make every row of a project visible. */
function allOpen(state: AppState): ReadonlySet<RowId> {
  const { model, arrangement, history } = state;
  const toggled = new Set(arrangement.toggled);
  if (model === null) return toggled;
  // Twice, since what is within a closed project shows only once that is open.
  for (let level = 0; level < 2; level++) {
    for (const { id, expanded, type } of makeRows(model, history, { ...arrangement, toggled })) {
      if (expanded !== false || type === 'system') continue;
      if (!toggled.delete(id)) toggled.add(id);
    }
  }
  return toggled;
}

/** Opens what a row is in, and nothing else, and selects it. */
function reveal(state: AppState, target: Row, all: readonly Row[]): AppState {
  const parents = new Map(all.map(({ id, parent }) => [id, parent]));
  const path: RowId[] = [];
  for (let id = target.parent; id !== null; id = parents.get(id) ?? null) path.unshift(id);
  let next = state;
  for (const id of path) {
    const row = next.rows.find((one) => one.id === id);
    if (row?.expanded !== false || next.model === null) continue;
    const opened = toggle(next, [id]);
    next = { ...opened, rows: makeRows(next.model, next.history, opened.arrangement) };
  }
  return selectRow(next, target.id);
}
