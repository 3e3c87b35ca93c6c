import { bytes } from '../model/figures.ts';
import type { History } from '../model/history.ts';

import type { Effect } from './action.ts';
import { type Command, commandFor } from './keymap.ts';
import { tableLines } from './layout.ts';
import { pressInFilter, pressInPanel } from './panels.ts';
import { choose, rowOffers } from './process-actions.ts';
import { processOf, type Row, type RowId } from './row.ts';
import { makeRows } from './rows.ts';
import { changeWorkers, refuse, tag } from './scaling.ts';
import { moveBy, reselect, selectIndex, selectRow } from './selection.ts';
import { type AppState, type Panel, running, selectedRow } from './state.ts';

export type Answer = readonly [AppState, readonly Effect[]];

/** A key was pressed. Wherever the keyboard is, Ctrl-C, Ctrl-L and Ctrl-Z mean what they always mean. */
export function press(state: AppState, key: string, character: string | null): Answer {
  const command = commandFor(key);
  if (command === 'interrupt') return [state, [{ type: 'quit', code: 130 }]];
  if (command === 'suspend') return [state, [{ type: 'suspend' }]];
  if (command === 'redraw') return [state, [{ type: 'redraw' }]];
  if (state.panel !== null) return pressInPanel(state, state.panel, key, character);
  if (state.typing) return pressInFilter(state, key, character);
  // What was told has been read.
  const told = state.notice !== null || state.shown !== null;
  const next = told && !isRunning(state) ? { ...state, notice: null, shown: null } : { ...state, notice: null };
  return command === null ? [state, []] : run(next, command);
}

function isRunning(state: AppState): boolean {
  return running(state).some(({ id }) => id === state.shown);
}

function run(state: AppState, command: Command): Answer {
  switch (command) {
    case 'up':
      return [moveBy(state, -1), []];
    case 'down':
      return [moveBy(state, 1), []];
    case 'page-up':
      return [moveBy(state, -tableLines(state) + 1), []];
    case 'page-down':
      return [moveBy(state, tableLines(state) - 1), []];
    case 'top':
      return [selectIndex(state, 0), []];
    case 'bottom':
      return [selectIndex(state, state.rows.length - 1), []];
    case 'open':
      return [open(state), []];
    case 'close':
      return [close(state), []];
    case 'open-all':
      return [openAll(state), []];
    case 'biggest':
      return [jumpTo(state, (row) => (row.type === 'process' || row.type === 'server' ? figureOf(row) : null)), []];
    case 'fastest':
      return [jumpToFastest(state, state.history), []];
    case 'details':
      return [
        state.selected === null ? state : withPanel(state, { type: 'details', row: state.selected, scroll: 0 }),
        [],
      ];
    case 'add':
      return changeWorkers(state, 1);
    case 'trim':
      return changeWorkers(state, -1);
    case 'undo':
      return state.readOnly ? refuse(state, 'workertop was started with --read-only.') : [state, [{ type: 'undo' }]];
    case 'tag':
      return tag(state);
    case 'untag':
      return [{ ...state, tagged: new Set() }, []];
    case 'fit':
      return [withPanel(state, { type: 'fit', text: '', problem: null }), []];
    case 'actions':
      return actions(state);
    case 'continue':
      return continueStopped(state);
    case 'filter':
      return [{ ...state, typing: true }, []];
    case 'sort':
      return [withPanel(state, { type: 'sort', index: 0 }), []];
    case 'reverse':
      return [{ ...state, arrangement: { ...state.arrangement, reverse: !state.arrangement.reverse } }, []];
    case 'freeze':
      return [freeze(state), []];
    case 'advice':
      return [withPanel(state, { type: 'advice', index: 0 }), []];
    case 'charts':
      return [withPanel(state, { type: 'charts' }), []];
    case 'log':
      return [withPanel(state, { type: 'log', scroll: 0 }), []];
    case 'refresh':
      return [state, [{ type: 'refresh' }]];
    case 'help':
      return [withPanel(state, { type: 'help', scroll: 0 }), []];
    case 'escape':
      return stepBack(state);
    case 'quit':
      return [state, [{ type: 'quit', code: 0 }]];
    case 'interrupt':
    case 'suspend':
    case 'redraw':
      return [state, []];
  }
}

function withPanel(state: AppState, panel: Panel): AppState {
  return { ...state, panel };
}

function toggle(state: AppState, ids: readonly RowId[]): AppState {
  const toggled = new Set(state.arrangement.toggled);
  for (const id of ids) if (!toggled.delete(id)) toggled.add(id);
  return { ...state, arrangement: { ...state.arrangement, toggled } };
}

function open(state: AppState): AppState {
  const row = selectedRow(state);
  if (row?.expanded === false) return toggle(state, [row.id]);
  return row?.expanded ? moveBy(state, 1) : state;
}

function close(state: AppState): AppState {
  const row = selectedRow(state);
  if (row?.expanded) return toggle(state, [row.id]);
  return row?.parent ? selectRow(state, row.parent) : state;
}

/** Closes all groups, or opens the projects again where none is open. */
function openAll(state: AppState): AppState {
  const groups = state.rows.filter(({ depth, expanded }) => depth === 0 && expanded !== null);
  const opened = groups.filter(({ expanded }) => expanded);
  const wanted = opened.length > 0 ? opened : groups.filter(({ type }) => type !== 'system');
  return toggle(
    state,
    wanted.map(({ id }) => id),
  );
}

function figureOf(row: Row): number {
  return processOf(row)?.memory.counted ?? 0;
}

/** Selects the row with the largest figure, opening what it is in. */
function jumpTo(state: AppState, figure: (row: Row) => number | null): AppState {
  const { model, arrangement } = state;
  if (model === null) return state;
  const all = makeRows(model, state.history, { ...arrangement, toggled: allOpen(state) });
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

function jumpToFastest(state: AppState, history: History): AppState {
  const grown = jumpTo(state, ({ id, type }) => (type === 'process' ? (history.trend(id)?.perHour ?? null) : null));
  if (grown !== state) {
    const row = selectedRow(grown);
    const perHour = row === null ? 0 : (history.trend(row.id)?.perHour ?? 0);
    return { ...grown, notice: { level: 'info', text: `It grows by ${bytes(perHour)} an hour.` } };
  }
  return { ...state, notice: { level: 'info', text: 'No process grows, as far as can be told so far.' } };
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

function actions(state: AppState): Answer {
  const row = selectedRow(state);
  const offers = row === null ? [] : rowOffers(row);
  if (row === null || offers.length === 0) return refuse(state, 'Select a process: a master or a worker.');
  const first = offers.findIndex(({ refusal }) => refusal === null);
  return [withPanel(state, { type: 'actions', row: row.id, index: Math.max(0, first) }), []];
}

function continueStopped(state: AppState): Answer {
  const row = selectedRow(state);
  const offer = row === null ? undefined : rowOffers(row).find(({ action }) => action === 'continue');
  if (row === null || offer === undefined) return refuse(state, 'Select a process: a master or a worker.');
  return choose(state, row, offer);
}

/** Going on, the display shows the newest there is at once. */
function freeze(state: AppState): AppState {
  if (!state.frozen) return { ...state, frozen: true };
  const { held } = state;
  if (held === null) return { ...state, frozen: false };
  const rows = makeRows(held, state.history, state.arrangement);
  return reselect({ ...state, frozen: false, held: null, model: held, rows }, state.rows);
}

/** From the most passing to the most lasting: a running change, tags, the filter. */
function stepBack(state: AppState): Answer {
  if (running(state).length > 0) return [state, [{ type: 'cancel' }]];
  if (state.tagged.size > 0) return [{ ...state, tagged: new Set() }, []];
  const { arrangement } = state;
  if (arrangement.filter.text === '') return [state, []];
  return [{ ...state, arrangement: { ...arrangement, filter: { ...arrangement.filter, text: '' } } }, []];
}
