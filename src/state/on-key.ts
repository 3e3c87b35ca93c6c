import type { HistoryReader } from '../model/history/history-reader.ts';
import type { ReplayMove } from './action.ts';
import { type Answer, refuse, tuningReason, withNotice, withPanel } from './answer.ts';
import { jumpToBiggest, jumpToFastest, rowOptions, toggle } from './expand.ts';
import { type Command, commandFor } from './keymap.ts';
import { tableLines } from './layout.ts';
import { openHowMany } from './panels/how-many.ts';
import { keyInPanel } from './panels/panel.ts';
import { choose, rowOffers } from './process-actions.ts';
import { makeRows } from './rows.ts';
import { changeWorkers, tag } from './scaling.ts';
import { moveBy, reselect, selectIndex, selectRow } from './selection.ts';
import { sortNames } from './sort.ts';
import { type AppState, running, selectedRow } from './state.ts';
import { openTune } from './tuned.ts';
import { filtered, keyInFilter, keyInSearch, searching, searchNext } from './typed.ts';
import { undo } from './undo.ts';

/** Handles a key. Ctrl-C, Ctrl-L and Ctrl-Z mean the same in every mode. */
export function keyPressed(state: AppState, key: string, character: string | null, history: HistoryReader): Answer {
  const command = commandFor(key);
  if (command === 'interrupt') return [state, [{ type: 'quit', code: 130 }]];
  if (command === 'suspend') return [state, [{ type: 'suspend' }]];
  if (command === 'redraw') return [state, [{ type: 'redraw' }]];
  const { mode } = state;
  switch (mode.type) {
    case 'panel':
      return keyInPanel(state, mode.panel, key, character, history);
    case 'filter':
      return keyInFilter(state, key, character);
    case 'search':
      return keyInSearch(state, mode, key, character, history);
    case 'table':
      return keyInTable(state, key, command, history);
  }
}

function keyInTable(state: AppState, key: string, command: Command | null, history: HistoryReader): Answer {
  if (command === null) return [withNotice(state, 'info', `${nameOf(key)} does nothing here: ? for help.`), []];
  if (command === 'copy') return copy(state);
  // Any key dismisses the message, except that of a change still running.
  const isShown = running(state).some(({ id }) => id === state.shown);
  const chosen = state.chosen || aboutRow.has(command);
  return run({ ...state, chosen, notice: null, shown: isShown ? state.shown : null }, command, history);
}

/** Keys about the selected row, which the selection stays on from then on, even if it was not moved to. */
const aboutRow: ReadonlySet<Command> = new Set([
  'add',
  'trim',
  'tag',
  'tune',
  'actions',
  'continue',
  'details',
  'how-many',
  'open',
  'close',
]);

/** A key as people call it: `F7`, `Ctrl-X`. */
function nameOf(key: string): string {
  if (/^f\d+$/.test(key)) return key.toUpperCase();
  if (/^C-.$/.test(key)) return `Ctrl-${key.slice(2).toUpperCase()}`;
  if (/^S-.$/.test(key)) return key.slice(2).toUpperCase();
  return key.length === 1 ? key : `Key ${key}`;
}

function run(state: AppState, command: Command, history: HistoryReader): Answer {
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
      return [jumpToBiggest(state, history), []];
    case 'fastest':
      return [jumpToFastest(state, history), []];
    case 'details':
      return [
        state.selected === null
          ? state
          : withPanel(state, { type: 'details', row: state.selected, page: 'memory', scroll: 0 }),
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
    case 'tune':
      return openTune(state);
    case 'actions':
      return actions(state);
    case 'continue':
      return continueStopped(state);
    case 'filter':
      return [{ ...state, mode: { type: 'filter' } }, []];
    case 'search':
      return [searching(state), []];
    case 'search-next':
      return state.searched === '' ? [searching(state), []] : [searchNext(state, history, true), []];
    case 'settings':
      return [withPanel(state, { type: 'settings', index: 0 }), []];
    case 'sort':
      return [withPanel(state, { type: 'sort', index: sortNames.indexOf(state.arrangement.sort) }), []];
    case 'reverse':
      return [{ ...state, arrangement: { ...state.arrangement, reverse: !state.arrangement.reverse } }, []];
    case 'freeze':
      return state.replay === null ? [freeze(state, history), []] : replayed(state, { type: 'pause' });
    case 'step-back':
      return replayed(state, { type: 'readings', count: -1 });
    case 'step-on':
      return replayed(state, { type: 'readings', count: 1 });
    case 'minute-back':
      return replayed(state, { type: 'seconds', seconds: -60 });
    case 'minute-on':
      return replayed(state, { type: 'seconds', seconds: 60 });
    case 'event-back':
      return replayed(state, { type: 'event', direction: -1 });
    case 'event-on':
      return replayed(state, { type: 'event', direction: 1 });
    case 'slower':
      return replayed(state, { type: 'speed', factor: 0.5 });
    case 'faster':
      return replayed(state, { type: 'speed', factor: 2 });
    case 'advice':
      return [withPanel(state, { type: 'advice', index: 0 }), []];
    case 'history':
      return [withPanel(state, { type: 'history', project: null, span: '10m', cursor: null }), []];
    case 'how-many':
      return openHowMany(state);
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
    case 'copy':
      return [state, []];
  }
}

function replayed(state: AppState, move: ReplayMove): Answer {
  return state.replay === null
    ? refuse(state, 'That key is for recordings: workertop replay FILE.')
    : [state, [{ type: 'replay', move }]];
}

/** Gives the terminal's clipboard the line that makes the last change last. */
function copy(state: AppState): Answer {
  const operation = state.operations.findLast(({ line }) => line !== null);
  const line = operation?.line ?? null;
  if (line === null) return [withNotice(state, 'info', 'Nothing to copy: no change needs a line edited.'), []];
  return [withNotice(state, 'info', `Sent to the clipboard: ${line}`), [{ type: 'copy', text: line }]];
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

/** Closes all groups. If none is open, opens the projects. */
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

/** Pauses or resumes the display. On resume it shows the newest reading at once. */
function freeze(state: AppState, history: HistoryReader): AppState {
  const { frozen } = state;
  if (frozen === null) return { ...state, frozen: { latest: null } };
  if (frozen.latest === null) return { ...state, frozen: null };
  const next = { ...state, frozen: null, model: frozen.latest };
  return reselect({ ...next, rows: makeRows(frozen.latest, rowOptions(next, history)) }, state.rows);
}

/** From the most passing to the most lasting: a running change, tags, the filter, the machine. */
function stepBack(state: AppState): Answer {
  if (running(state).length > 0) return [state, [{ type: 'cancel' }]];
  if (state.tagged.size > 0) return [{ ...state, tagged: new Set() }, []];
  if (state.arrangement.filter.text !== '') return [filtered(state, ''), []];
  if (!state.isOfFleet) return [state, []];
  const reason = tuningReason(state);
  return reason === null ? [state, [{ type: 'back' }]] : refuse(state, reason);
}
