import type { Effect } from './action.ts';
import { jumpToBiggest, jumpToFastest, toggle } from './expand.ts';
import { type Command, commandFor } from './keymap.ts';
import { tableLines } from './layout.ts';
import { pressInFilter, pressInPanel, undo } from './panels.ts';
import { choose, rowOffers } from './process-actions.ts';
import { makeRows } from './rows.ts';
import { changeWorkers, refuse, tag } from './scaling.ts';
import { moveBy, reselect, selectIndex, selectRow } from './selection.ts';
import { sortNames } from './sort.ts';
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
      return [jumpToBiggest(state), []];
    case 'fastest':
      return [jumpToFastest(state), []];
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
      return undo(state);
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
      return [withPanel(state, { type: 'sort', index: sortNames.indexOf(state.arrangement.sort) }), []];
    case 'reverse':
      return [{ ...state, arrangement: { ...state.arrangement, reverse: !state.arrangement.reverse } }, []];
    case 'freeze':
      return [freeze(state), []];
    case 'advice':
      return [withPanel(state, { type: 'advice', index: 0 }), []];
    case 'charts':
      return [withPanel(state, { type: 'charts' }), []];
    case 'memory':
      return [withPanel(state, { type: 'memory', scroll: 0 }), []];
    case 'log':
      return [withPanel(state, { type: 'log', scroll: 0 }), [{ type: 'recall' }]];
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
