import { messageLines, paneLines, panelLines, SMALLEST, tableLines } from '../state/layout.ts';
import type { Panel } from '../state/mode.ts';
import { type AppState, panelOf } from '../state/state.ts';
import { wrap } from '../text/width.ts';
import { emptyTable } from './empty.ts';
import { footer } from './footer.ts';
import { header } from './header.ts';
import { message } from './message.ts';
import { pane } from './pane.ts';
import { actionMenu } from './panels/actions.ts';
import { advicePanel } from './panels/advice.ts';
import { confirm } from './panels/confirm.ts';
import { details } from './panels/details/details.ts';
import { fitInput } from './panels/fit.ts';
import { fitPlan } from './panels/fit-plan.ts';
import { help } from './panels/help.ts';
import { historyPanel } from './panels/history.ts';
import { howManyPanel } from './panels/how-many.ts';
import { log } from './panels/log.ts';
import { memoryPanel } from './panels/memory.ts';
import { framed, lastScroll, type PanelContent, sizeOf } from './panels/panel.ts';
import { settingsPanel } from './panels/settings.ts';
import { sortMenu } from './panels/sort.ts';
import { tunePanel } from './panels/tune.ts';
import type { Scene } from './scene.ts';
import { overlaid } from './spans.ts';
import { type Line, span } from './style.ts';
import { table } from './table.ts';

/** All lines of the screen. */
export function frame(scene: Scene): readonly Line[] {
  const { state, theme } = scene;
  const { columns, lines } = state;
  if (columns < SMALLEST.columns || lines < SMALLEST.lines) return tooSmall(scene);
  const bottom = [...message(scene), footer(state, theme)];
  const top = header(scene);
  const height = lines - top.length - bottom.length;
  const middle = middleOf(scene, height);
  const filled = Array.from({ length: height }, (_, index) => middle[index] ?? []);
  return [...top, ...filled, ...bottom];
}

function tooSmall({ state: { columns, lines }, theme }: Scene): readonly Line[] {
  const text = wrap(`workertop: ${columns}×${lines} is too small, q quits`, Math.max(1, columns));
  return text.slice(0, lines).map((part) => [span(part, theme.warning)]);
}

/** Panels that take the whole place of the table. */
const large: ReadonlySet<Panel['type']> = new Set([
  'help',
  'details',
  'log',
  'memory',
  'advice',
  'history',
  'how-many',
  'tune',
]);

function middleOf(scene: Scene, height: number): readonly Line[] {
  const { state, theme } = scene;
  const panel = panelOf(state);
  if (panel === null) return tableAndPane(scene);
  if (large.has(panel.type)) return framed(contentOf(scene, panel), state.columns, height, theme);
  const { content, left, top, size } = popup(scene, panel, height);
  const under = Array.from({ length: height }, (_, index) => tableAndPane(scene)[index] ?? []);
  return overlaid(under, framed(content, size.columns, size.lines, theme), left, top, state.columns);
}

/**
 * A small panel: below the selected row if there is room, else above it, so that the row stays visible. Blank lines are
 * left out if it has no room otherwise.
 */
function popup(scene: Scene, panel: Panel, height: number) {
  const { state } = scene;
  const index = state.rows.findIndex(({ id }) => id === state.selected);
  const row = Math.max(0, index - state.scroll) + 1;
  const whole = contentOf(scene, panel);
  const room = Math.max(row, height - row - 1);
  const content = whole.lines.length + 2 > room && whole.entries === undefined ? withoutBlanks(whole) : whole;
  const size = sizeOf(content, state.columns - 2, height);
  const left = Math.min(4, state.columns - size.columns);
  const below = row + 1 + size.lines <= height;
  const top = below ? row + 1 : Math.max(0, row >= size.lines ? row - size.lines : height - size.lines);
  return { content, left, top, size };
}

function withoutBlanks(content: PanelContent): PanelContent {
  const { lines, focus } = content;
  const isText = (line: Line) => line.length > 0;
  const kept = { ...content, lines: lines.filter(isText) };
  return focus === undefined ? kept : { ...kept, focus: lines.slice(0, focus).filter(isText).length };
}

function tableAndPane(scene: Scene): readonly Line[] {
  const { state } = scene;
  const rows = tableOrWhy(scene);
  const below = paneLines(state);
  if (below === 0 || state.model === null) return rows;
  const upper = tableLines(state) + 1;
  const filled = Array.from({ length: upper }, (_, index) => rows[index] ?? []);
  return [...filled, ...pane(scene, below)];
}

/** The table; without servers, it says what was looked for. */
function tableOrWhy(scene: Scene): readonly Line[] {
  const { state, theme } = scene;
  const rows = table(scene);
  if (state.model === null || state.model.projects.length > 0) return rows;
  const room = tableLines(state) + 1 - rows.length;
  return [...rows, ...emptyTable(state, theme).slice(0, Math.max(0, room))];
}

/**
 * The state with its panel scrolled no further than its end, which depends on the layout. Keys pressed beyond the end
 * would otherwise have to be pressed back.
 */
export function clampScroll(scene: Scene): AppState {
  const { state } = scene;
  const panel = panelOf(state);
  if (panel === null || !('scroll' in panel) || panel.scroll === 0) return state;
  const last = lastScroll(contentOf(scene, panel), panelLines(state));
  return panel.scroll <= last ? state : { ...state, mode: { type: 'panel', panel: { ...panel, scroll: last } } };
}

/** Where a panel is drawn and its content, for the mouse. */
export interface Placed {
  readonly content: PanelContent;
  readonly left: number;
  readonly top: number;
  readonly columns: number;
  readonly lines: number;
}

/** The lines of the open panel, counted from the top of the screen; null if none is open. */
export function placedPanel(scene: Scene): Placed | null {
  const { state } = scene;
  const panel = panelOf(state);
  if (panel === null) return null;
  const height = state.lines - HEADER - messageLines(state) - 1;
  if (large.has(panel.type)) {
    return { content: contentOf(scene, panel), left: 0, top: HEADER, columns: state.columns, lines: height };
  }
  const { content, left, top, size } = popup(scene, panel, height);
  return { content, left, top: top + HEADER, ...size };
}

/** Lines of the header. */
const HEADER = 2;

function contentOf(scene: Scene, shown: Panel): PanelContent {
  const rowOf = (id: string) => scene.state.rows.find((row) => row.id === id) ?? null;
  switch (shown.type) {
    case 'help':
      return help(scene, shown.scroll);
    case 'details':
      return details(scene, rowOf(shown.row), shown);
    case 'log':
      return log(scene, shown.scroll);
    case 'advice':
      return advicePanel(scene, shown.index);
    case 'sort':
      return sortMenu(scene, shown.index);
    case 'settings':
      return settingsPanel(scene, shown.index);
    case 'actions':
      return actionMenu(scene, rowOf(shown.row), shown.index);
    case 'confirm':
      return confirm(scene, shown);
    case 'fit':
      return fitInput(scene, shown);
    case 'fit-plan':
      return fitPlan(scene, shown);
    case 'memory':
      return memoryPanel(scene, shown.scroll);
    case 'how-many':
      return howManyPanel(scene, shown);
    case 'tune':
      return tunePanel(scene, shown.scroll);
    case 'history':
      return historyPanel(scene, shown);
  }
}
