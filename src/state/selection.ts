import { tableLines } from './layout.ts';
import type { Row, RowId } from './row.ts';
import type { AppState } from './state.ts';

/** Rows kept visible above and below the selection while there are any. */
const MARGIN = 1;

/** Selects a row by its index, or the nearest row, for the user. */
export function selectIndex(state: AppState, index: number): AppState {
  return { ...nearest(state, index), chosen: true };
}

/** Selects a row and scrolls to it. */
export function selectRow(state: AppState, id: RowId): AppState {
  return scrolled({ ...state, selected: id, chosen: true });
}

function nearest(state: AppState, index: number): AppState {
  const within = Math.max(0, Math.min(index, state.rows.length - 1));
  return scrolled({ ...state, selected: state.rows[within]?.id ?? null });
}

/** Moves the selection by a number of rows, and stops at the ends. */
export function moveBy(state: AppState, delta: number): AppState {
  return selectIndex(state, indexOf(state.rows, state.selected) + delta);
}

/**
 * The selection after the rows have changed. It stays on its row. If that row is gone, it moves to the row's parent,
 * else to the row now in its place. Until the user has moved it, it is the first row.
 * @param isFiltered whether the rows are others because the filter is another: then the first row is next to a lost one
 */
export function reselect(state: AppState, before: readonly Row[], isFiltered = false): AppState {
  const { rows, selected } = state;
  if (selected === null || !state.chosen) return nearest(state, 0);
  const present = new Set(rows.map(({ id }) => id));
  if (present.has(selected)) return scrolled(state);
  const parents = new Map(before.map(({ id, parent }) => [id, parent]));
  for (let id = parents.get(selected) ?? null; id !== null; id = parents.get(id) ?? null) {
    if (present.has(id)) return scrolled({ ...state, selected: id });
  }
  return nearest(state, isFiltered ? 0 : indexOf(before, selected));
}

function indexOf(rows: readonly Row[], id: RowId | null): number {
  return Math.max(
    0,
    rows.findIndex((row) => row.id === id),
  );
}

/** Scrolls just far enough to show the selection. */
function scrolled(state: AppState): AppState {
  const height = tableLines(state);
  const index = indexOf(state.rows, state.selected);
  const margin = Math.min(MARGIN, Math.floor((height - 1) / 2));
  const last = Math.max(0, state.rows.length - height);
  const least = index + margin - height + 1;
  const most = index - margin;
  return { ...state, scroll: Math.max(0, Math.min(last, Math.max(least, Math.min(most, state.scroll)))) };
}
