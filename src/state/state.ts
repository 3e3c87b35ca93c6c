import type { Advice } from '../model/advice/advice.ts';
import type { Model } from '../model/model.ts';
import type { ProcessKey } from '../snapshot.ts';
import { type Mode, type Panel, table } from './mode.ts';
import type { Note, Notice } from './notice.ts';
import type { Operation } from './operation.ts';
import { noOrder, type Order } from './order.ts';
import type { ReplayPosition } from './replay.ts';
import type { Row, RowId } from './row.ts';
import type { Arrangement } from './rows.ts';
import type { Ground, ViewSettings } from './settings.ts';
import type { Tuning } from './tuning.ts';

/** Everything that the screen shows is computed from this. */
export interface AppState {
  readonly columns: number;
  readonly lines: number;
  readonly settings: ViewSettings;
  readonly readOnly: boolean;
  /** Said in the header, such as `DEMO`, or which of several machines it is. */
  readonly badge: string | null;
  /** Whether it is one of several machines: Esc goes back to their list. */
  readonly isOfFleet: boolean;
  /** The position in a recording; null if live. */
  readonly replay: ReplayPosition | null;
  /** The terminal's background. */
  readonly ground: Ground;
  /** The newest reading, or the one at which the display was paused; null before the first. */
  readonly model: Model | null;
  /** The newest reading since the display was paused; null while it is not paused. */
  readonly frozen: { readonly latest: Model | null } | null;
  /** The number of each project's colour, by its id. A project keeps it wherever it moves. */
  readonly hues: ReadonlyMap<string, number>;
  readonly advice: readonly Advice[];
  readonly arrangement: Arrangement;
  /** The order of the rows, which they keep while figures hardly differ. */
  readonly order: Order;
  /** The rows, made of the model and the arrangement. */
  readonly rows: readonly Row[];
  /** Whether projects are closed unless opened: there are many more rows than lines. */
  readonly compact: boolean;
  readonly selected: RowId | null;
  /** Whether the user chose the selected row; else the first row is selected. */
  readonly chosen: boolean;
  /** Rows above the first one shown. */
  readonly scroll: number;
  /** Servers that `+` and `-` act on together. */
  readonly tagged: ReadonlySet<RowId>;
  /** Servers whose own command may be run, since the user agreed once. */
  readonly allowed: ReadonlySet<ProcessKey>;
  /** Whether a change of workers has been agreed to in this session. */
  readonly agreed: boolean;
  readonly mode: Mode;
  /** The text searched last; empty before there is one. */
  readonly searched: string;
  readonly notice: Notice | null;
  /** Further messages of this session, oldest first. */
  readonly notes: readonly Note[];
  /** Oldest first. */
  readonly operations: readonly Operation[];
  /** The operation whose outcome is on the screen. */
  readonly shown: number | null;
  /** The last guided run; null before the first one. */
  readonly tuning: Tuning | null;
  /** Seconds for which a guided run watches each number of workers. */
  readonly tuneWatch: number;
}

/** The parts of the state that are given at the start. The rest is empty. */
export type StateOptions = Pick<
  AppState,
  | 'columns'
  | 'lines'
  | 'settings'
  | 'readOnly'
  | 'badge'
  | 'isOfFleet'
  | 'replay'
  | 'ground'
  | 'arrangement'
  | 'tuneWatch'
>;

/** The state before the first reading. */
export function initialState(options: StateOptions): AppState {
  return {
    ...options,
    model: null,
    frozen: null,
    hues: new Map(),
    advice: [],
    rows: [],
    order: noOrder,
    compact: false,
    selected: null,
    chosen: false,
    scroll: 0,
    tagged: new Set(),
    allowed: new Set(),
    agreed: false,
    mode: table,
    searched: '',
    notice: null,
    notes: [],
    operations: [],
    shown: null,
    tuning: null,
  };
}

/** The selected row; null if there is none. */
export function selectedRow(state: AppState): Row | null {
  return state.rows.find(({ id }) => id === state.selected) ?? null;
}

/** Operations that are not over yet. */
export function running(state: AppState): readonly Operation[] {
  return state.operations.filter(({ phase }) => phase === 'running');
}

/** Whether a guided run goes on. */
export function isTuning({ tuning }: AppState): boolean {
  return tuning !== null && tuning.phase !== 'ended';
}

/** The open panel; null if none is. */
export function panelOf({ mode }: AppState): Panel | null {
  return mode.type === 'panel' ? mode.panel : null;
}

/** The newest reading, even while the display is frozen. */
export function latestModel({ model, frozen }: AppState): Model | null {
  return frozen?.latest ?? model;
}
