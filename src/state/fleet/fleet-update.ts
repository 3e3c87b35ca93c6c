import type { MouseEvent } from '../action.ts';
import { commandFor } from '../keymap.ts';
import { isBack, moved, stepOf } from '../moving.ts';
import type { NoticeLevel } from '../notice.ts';
import type { Ground } from '../settings.ts';
import { edited } from '../typing.ts';
import {
  arrangedFleet,
  type FleetState,
  machineLines,
  moveMachine,
  selectedMachine,
  selectMachine,
} from './fleet-state.ts';
import type { MachineFigures, MachineState } from './machine.ts';
import { machineSortNames } from './sort.ts';
import { watched } from './watch.ts';

/** What happened outside the state. */
export type FleetAction =
  | { readonly type: 'state'; readonly host: string; readonly state: MachineState }
  | { readonly type: 'figures'; readonly host: string; readonly figures: MachineFigures }
  | { readonly type: 'key'; readonly key: string; readonly character: string | null }
  | { readonly type: 'mouse'; readonly what: MouseEvent; readonly target: FleetTarget }
  | { readonly type: 'resize'; readonly columns: number; readonly lines: number }
  | { readonly type: 'ground'; readonly ground: Ground }
  | { readonly type: 'now'; readonly now: number }
  | { readonly type: 'notice'; readonly level: NoticeLevel; readonly text: string };

/** What the mouse points at. */
export type FleetTarget =
  | { readonly type: 'row'; readonly index: number }
  /** A word of the footer; `key` does the same. */
  | { readonly type: 'key'; readonly key: string }
  | { readonly type: 'none' };

/** What the state asks the outside to do. */
export type FleetEffect =
  | { readonly type: 'open'; readonly host: string }
  /** Read a machine now, and connect again if it was lost. */
  | { readonly type: 'refresh'; readonly host: string }
  | { readonly type: 'redraw' }
  | { readonly type: 'suspend' }
  | { readonly type: 'quit'; readonly code: number };

type Answer = readonly [FleetState, readonly FleetEffect[]];

/** Rows that one step of the mouse wheel moves. */
const WHEEL_STEP = 3;

/** The state after an action, and the effects that it asks for. Pure. */
export function updateFleet(state: FleetState, action: FleetAction): Answer {
  switch (action.type) {
    case 'state':
      return [withMachine(state, action.host, { state: action.state }), []];
    case 'figures': {
      const { host, figures } = action;
      const before = state.machines.find((machine) => machine.host === host)?.watch ?? null;
      return [withMachine(state, host, { figures, watch: watched(before, figures) }), []];
    }
    case 'key':
      return keyPressed(state, action.key, action.character);
    case 'mouse':
      return pointed(state, action.what, action.target);
    case 'resize':
      return [arrangedFleet({ ...state, columns: action.columns, lines: action.lines }), []];
    case 'ground':
      return [{ ...state, ground: action.ground }, []];
    case 'now':
      return [{ ...state, now: action.now }, []];
    case 'notice':
      return [{ ...state, notice: { level: action.level, text: action.text } }, []];
  }
}

function withMachine(state: FleetState, host: string, news: Partial<FleetState['machines'][number]>): FleetState {
  const machines = state.machines.map((machine) => (machine.host === host ? { ...machine, ...news } : machine));
  return arrangedFleet({ ...state, machines }, state.rows);
}

function keyPressed(state: FleetState, key: string, character: string | null): Answer {
  const command = commandFor(key);
  if (command === 'interrupt') return [state, [{ type: 'quit', code: 130 }]];
  if (command === 'suspend') return [state, [{ type: 'suspend' }]];
  if (command === 'redraw') return [state, [{ type: 'redraw' }]];
  switch (state.mode.type) {
    case 'table':
      return keyInTable({ ...state, notice: null }, key);
    case 'filter':
      return [keyInFilter(state, key, character), []];
    case 'sort':
      return [keyInSort(state, state.mode.index, key), []];
    case 'help':
      return [keyInHelp(state, state.mode.scroll, key), []];
  }
}

function keyInTable(state: FleetState, key: string): Answer {
  const step = stepOf(key, machineLines(state) - 1);
  if (step !== null) return [moveMachine(state, step), []];
  switch (commandFor(key)) {
    case 'details':
    case 'open':
      return opened(state);
    case 'refresh':
      return state.selected === null ? [state, []] : [state, [{ type: 'refresh', host: state.selected }]];
    case 'filter':
      return [{ ...state, mode: { type: 'filter' } }, []];
    case 'sort':
      return [{ ...state, mode: { type: 'sort', index: machineSortNames.indexOf(state.sort) } }, []];
    case 'reverse':
      return [arrangedFleet({ ...state, reverse: !state.reverse }), []];
    case 'help':
      return [{ ...state, mode: { type: 'help', scroll: 0 } }, []];
    case 'escape':
      return [arrangedFleet({ ...state, filter: '' }), []];
    case 'quit':
      return [state, [{ type: 'quit', code: 0 }]];
    default:
      return [withNotice(state, 'That key does nothing here: Enter opens a machine, ? for help.'), []];
  }
}

function opened(state: FleetState): Answer {
  const machine = selectedMachine(state);
  if (machine === null) return [state, []];
  switch (machine.state.type) {
    case 'connected':
      return [state, [{ type: 'open', host: machine.host }]];
    case 'lost':
      return [withNotice(state, `${machine.host} is lost: r connects again.`), []];
    default:
      return [withNotice(state, `${machine.host} is not connected yet.`), []];
  }
}

function withNotice(state: FleetState, text: string): FleetState {
  return { ...state, notice: { level: 'info', text } };
}

function keyInFilter(state: FleetState, key: string, character: string | null): FleetState {
  if (key === 'enter' || key === 'up' || key === 'down') return closed(state);
  if (key === 'escape') return arrangedFleet({ ...closed(state), filter: '' });
  const filter = edited(state.filter, key, character);
  return filter === null ? state : arrangedFleet({ ...state, filter });
}

function keyInSort(state: FleetState, index: number, key: string): FleetState {
  const command = commandFor(key);
  if (key === 'enter') return arrangedFleet({ ...closed(state), sort: machineSortNames[index] ?? 'mem' });
  if (command === 'reverse') return arrangedFleet({ ...state, reverse: !state.reverse });
  if (isBack(key) || command === 'sort') return closed(state);
  return { ...state, mode: { type: 'sort', index: moved(index, machineSortNames.length, key) } };
}

function keyInHelp(state: FleetState, scroll: number, key: string): FleetState {
  if (isBack(key) || key === 'enter' || commandFor(key) === 'help') return closed(state);
  const step = stepOf(key, machineLines(state) - 1);
  // The scroll may go beyond the end: `clampFleetScroll` corrects it.
  return step === null ? state : { ...state, mode: { type: 'help', scroll: Math.max(0, scroll + step) } };
}

function closed(state: FleetState): FleetState {
  return { ...state, mode: { type: 'table' } };
}

/** Handles the mouse, which selects rows and presses words of the footer. */
function pointed(state: FleetState, what: MouseEvent, target: FleetTarget): Answer {
  if (what === 'wheel-up' || what === 'wheel-down') {
    if (state.mode.type === 'table') return [moveMachine(state, what === 'wheel-up' ? -WHEEL_STEP : WHEEL_STEP), []];
    return keyPressed(state, what === 'wheel-up' ? 'up' : 'down', null);
  }
  if (target.type === 'key') return keyPressed(state, target.key, target.key.length === 1 ? target.key : null);
  if (target.type !== 'row' || state.mode.type !== 'table' || target.index >= state.rows.length) return [state, []];
  const selected = { ...selectMachine(state, target.index), isChosen: true };
  return what === 'double-click' ? opened(selected) : [selected, []];
}
