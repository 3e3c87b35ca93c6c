import { messageLines } from '../layout.ts';
import type { Notice } from '../notice.ts';
import type { Ground, ThemeName } from '../settings.ts';
import type { Machine } from './machine.ts';
import { type MachineSortKey, sortedMachines } from './sort.ts';
import { verdictOf } from './verdict.ts';

/** Which part of the screen receives keys. */
export type FleetMode =
  | { readonly type: 'table' }
  /** The user types the filter; the table shows its matches. */
  | { readonly type: 'filter' }
  | { readonly type: 'sort'; readonly index: number }
  | { readonly type: 'help'; readonly scroll: number };

/** The state of the list of machines. */
export interface FleetState {
  readonly columns: number;
  readonly lines: number;
  readonly theme: ThemeName;
  /** The background of the terminal. */
  readonly ground: Ground;
  /** Wall clock, milliseconds since 1970. */
  readonly now: number;
  /** All machines, in the order of the command line. */
  readonly machines: readonly Machine[];
  readonly sort: MachineSortKey;
  readonly reverse: boolean;
  /** The filter as typed; empty shows all. */
  readonly filter: string;
  /** The machines shown, sorted. */
  readonly rows: readonly Machine[];
  /** The host of the selected row; null if there is none. */
  readonly selected: string | null;
  /** Whether the user has chosen the row; if not, the first row is selected. */
  readonly isChosen: boolean;
  /** Number of rows above the first one shown. */
  readonly scroll: number;
  readonly mode: FleetMode;
  readonly notice: Notice | null;
}

/** The values that the caller sets; the rest starts empty. */
export type FleetOptions = Pick<FleetState, 'columns' | 'lines' | 'theme' | 'ground' | 'now' | 'sort' | 'filter'>;

/** The state before the first reading. */
export function initialFleet(hosts: readonly string[], options: FleetOptions): FleetState {
  return arrangedFleet({
    ...options,
    machines: hosts.map((host) => ({ host, state: { type: 'waiting' }, figures: null, watch: null })),
    reverse: false,
    rows: [],
    selected: null,
    isChosen: false,
    scroll: 0,
    mode: { type: 'table' },
    notice: null,
  });
}

/** Lines above the rows: the header and the head of the table. */
export const ABOVE_ROWS = 2;

/** Number of lines for rows of the table. */
export function machineLines(state: Pick<FleetState, 'lines'>): number {
  return Math.max(1, state.lines - ABOVE_ROWS - messageLines(state) - 1);
}

/** The selected machine; null if there is none. */
export function selectedMachine({ rows, selected }: FleetState): Machine | null {
  return rows.find(({ host }) => host === selected) ?? null;
}

/**
 * Filters and sorts the rows again. The selection stays on its machine, or goes to the nearest one.
 * @param before the previous rows: small differences do not change their order
 */
export function arrangedFleet(state: FleetState, before: readonly Machine[] = []): FleetState {
  const rows = sortedMachines(
    state.machines.filter((machine) => matches(machine, state.filter)),
    state.sort,
    state.reverse,
    before.map(({ host }) => host),
  );
  const place = Math.max(0, indexOf(state.rows, state.selected));
  const index = state.isChosen ? indexOf(rows, state.selected) : 0;
  return selectMachine({ ...state, rows }, index < 0 ? place : index);
}

function indexOf(rows: readonly Machine[], selected: string | null): number {
  return rows.findIndex(({ host }) => host === selected);
}

/** Selects the row at an index, or the nearest one, and scrolls just far enough to show it. */
export function selectMachine(state: FleetState, index: number): FleetState {
  const within = Math.max(0, Math.min(index, state.rows.length - 1));
  const height = machineLines(state);
  const last = Math.max(0, state.rows.length - height);
  const scroll = Math.max(0, Math.min(last, within, Math.max(state.scroll, within - height + 1)));
  return { ...state, selected: state.rows[within]?.host ?? null, scroll };
}

/** Moves the selection by a number of rows, and stops at the ends. */
export function moveMachine(state: FleetState, delta: number): FleetState {
  return { ...selectMachine(state, Math.max(0, indexOf(state.rows, state.selected)) + delta), isChosen: true };
}

/** Whether each word of the filter occurs in the machine's names, projects, state or verdict. */
function matches(machine: Machine, filter: string): boolean {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return true;
  const { host, state, figures } = machine;
  const texts = [host, state.type, figures?.name, verdictOf(machine)?.kind, ...(figures?.projects ?? [])];
  return words.every((word) => texts.some((text) => text?.toLowerCase().includes(word)));
}
