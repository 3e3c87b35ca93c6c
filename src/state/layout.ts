import type { AppState } from './state.ts';

/** A smaller screen has no room for anything useful. */
export const SMALLEST = { columns: 40, lines: 8 } as const;

const HEADER = 2;
const TABLE_HEAD = 1;
const FOOTER = 1;

/** A screen of this size has room for a pane below the table. */
const PANE = { columns: 120, lines: 40, height: 11 } as const;

type Size = Pick<AppState, 'columns' | 'lines' | 'rows'>;

/** Lines at the bottom: a rule with the subject, and the message below it. */
export function messageLines({ lines }: Pick<Size, 'lines'>): number {
  return lines >= 14 ? 3 : lines >= 10 ? 2 : 1;
}

/** Lines of the pane with the selected server and its history, below the rows; 0 without room. */
export function paneLines(state: Size): number {
  const { columns, lines, rows } = state;
  if (columns < PANE.columns || lines < PANE.lines) return 0;
  const left = lines - HEADER - TABLE_HEAD - messageLines(state) - FOOTER - rows.length - SPARE;
  // It grows in steps, so that single rows seldom move it.
  return PANE.height + STEP * Math.max(0, Math.floor((left - PANE.height) / STEP));
}

/** Lines that stay free between the table and the pane, and by which the pane grows. */
const SPARE = 2;
const STEP = 4;

/** Lines for rows of the table. */
export function tableLines(state: Size): number {
  return Math.max(1, state.lines - HEADER - TABLE_HEAD - paneLines(state) - messageLines(state) - FOOTER);
}

/** The line of the screen, counted from 0, on which the first row stands. */
export const FIRST_ROW_LINE = HEADER + TABLE_HEAD;

/** Lines within a panel that fills the place of the table and the pane: its frame takes two. */
export function panelLines(state: Size): number {
  return Math.max(1, tableLines(state) + paneLines(state) + TABLE_HEAD - 2);
}

/** From this number of columns on, the details show all their pages, in two columns. */
const ALL_DETAILS = 116;

/** Whether the details of a row are not divided into pages. */
export function showsAllDetails({ columns }: Pick<Size, 'columns'>): boolean {
  return columns >= ALL_DETAILS;
}
