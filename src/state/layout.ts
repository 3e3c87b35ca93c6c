import type { AppState } from './state.ts';

/** Below this there is no room to show anything that is of use. */
export const SMALLEST = { columns: 40, lines: 8 } as const;

const HEADER = 2;
const TABLE_HEAD = 1;
const FOOTER = 1;

/** Lines for what is told at the bottom: an outcome and its reminder may be long. */
export function messageLines({ lines }: Pick<AppState, 'lines'>): number {
  return lines >= 20 ? 2 : 1;
}

/** Lines for rows of the table. */
export function tableLines(state: Pick<AppState, 'lines'>): number {
  return Math.max(1, state.lines - HEADER - TABLE_HEAD - messageLines(state) - FOOTER);
}

/** The line of the screen, counted from 0, on which the first row stands. */
export const FIRST_ROW_LINE = HEADER + TABLE_HEAD;

/** Lines within a panel that fills the place of the table: its frame takes two. */
export function panelLines(state: Pick<AppState, 'lines'>): number {
  return Math.max(1, tableLines(state) + TABLE_HEAD - 2);
}
