import { FIRST_ROW_LINE, messageLines, panelLines, SMALLEST } from '../state/layout.ts';
import type { AppState, Panel } from '../state/state.ts';
import { cut } from '../text/width.ts';
import { emptyTable } from './empty.ts';
import { footer } from './footer.ts';
import { header } from './header.ts';
import { message } from './message.ts';
import { charts } from './panels/charts.ts';
import { details } from './panels/details.ts';
import { help } from './panels/help.ts';
import { actionMenu, advicePanel, confirm, fitInput, fitPlan, log, sortMenu } from './panels/lists.ts';
import { memoryPanel } from './panels/memory.ts';
import { framed, lastScroll, type PanelContent } from './panels/panel.ts';
import { type Line, span } from './style.ts';
import { table } from './table.ts';
import type { Theme } from './theme.ts';

/** The whole screen, line by line: a pure function of the state. */
export function frame(state: AppState, theme: Theme): readonly Line[] {
  const { columns, lines } = state;
  if (columns < SMALLEST.columns || lines < SMALLEST.lines) return tooSmall(state, theme);
  const bottom = [...message(state, theme), footer(columns, theme)];
  const top = header(state, theme);
  const height = lines - top.length - bottom.length;
  const middle = state.panel === null ? tableOrWhy(state, theme) : panel(state, state.panel, height, theme);
  const filled = Array.from({ length: height }, (_, index) => middle[index] ?? []);
  return [...top, ...filled, ...bottom];
}

function tooSmall({ columns, lines }: AppState, theme: Theme): readonly Line[] {
  return [[span(cut(`workertop: ${columns}×${lines} is too small, q quits`, columns), theme.warning)]];
}

/** A machine without servers still has something to be told. */
function tableOrWhy(state: AppState, theme: Theme): readonly Line[] {
  const rows = table(state, theme);
  if (state.model === null || state.model.projects.length > 0) return rows;
  const used = rows.length;
  return [
    ...rows,
    ...emptyTable(state, theme).slice(0, Math.max(0, state.lines - FIRST_ROW_LINE - used - messageLines(state))),
  ];
}

/**
 * The state with its panel scrolled no further than its end, which only who draws it knows: else as many keys as went
 * beyond it would have no effect on the way back.
 */
export function settled(state: AppState, theme: Theme): AppState {
  const { panel } = state;
  if (panel === null || !('scroll' in panel) || panel.scroll === 0) return state;
  const last = lastScroll(contentOf(state, panel, theme), panelLines(state));
  return panel.scroll <= last ? state : { ...state, panel: { ...panel, scroll: last } };
}

function panel(state: AppState, shown: Panel, height: number, theme: Theme): readonly Line[] {
  return framed(contentOf(state, shown, theme), state.columns, height, theme);
}

function contentOf(state: AppState, shown: Panel, theme: Theme): PanelContent {
  const rowOf = (id: string) => state.rows.find((row) => row.id === id) ?? null;
  switch (shown.type) {
    case 'help':
      return help(state, shown.scroll, theme);
    case 'details':
      return details(state, rowOf(shown.row), shown.scroll, theme);
    case 'log':
      return log(state, shown.scroll, theme);
    case 'advice':
      return advicePanel(state, shown.index, theme);
    case 'sort':
      return sortMenu(state, shown.index, theme);
    case 'actions':
      return actionMenu(rowOf(shown.row), shown.index, state.columns, theme);
    case 'confirm':
      return confirm(shown, state.columns, theme);
    case 'fit':
      return fitInput(state, shown, theme);
    case 'fit-plan':
      return fitPlan(state, shown, theme);
    case 'memory':
      return memoryPanel(state, shown.scroll, theme);
    case 'charts':
      return charts(state, theme);
  }
}
