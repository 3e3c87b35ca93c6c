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

/** All that the screen shows is computed from this. */
export interface AppState {
  readonly columns: number;
  readonly lines: number;
  readonly settings: ViewSettings;
  readonly readOnly: boolean;
  /** Said in the header, such as `DEMO`, or which of several machines it is. */
  readonly badge: string | null;
  /** Whether it is one of several machines: Esc goes back to their list. */
  readonly isOfFleet: boolean;
  /** Where a recording stands; null where the present is shown. */
  readonly replay: ReplayPosition | null;
  /** What the terminal's text stands on. */
  readonly ground: Ground;
  /** The newest, or the one at which the display was frozen; null before the first reading. */
  readonly model: Model | null;
  /** What has come since the display was frozen; null while it is not frozen. */
  readonly frozen: { readonly latest: Model | null } | null;
  /** Which of the theme's colours is a project's, by its id: it keeps that wherever it moves. */
  readonly hues: ReadonlyMap<string, number>;
  readonly advice: readonly Advice[];
  readonly arrangement: Arrangement;
  /** In which order the rows stand, so that they keep it while figures hardly differ. */
  readonly order: Order;
  /** Made of the model by the arrangement. */
  readonly rows: readonly Row[];
  /** Whether projects are closed unless opened: there are many more rows than lines. */
  readonly compact: boolean;
  readonly selected: RowId | null;
  /** Whether the user has chosen the selected row; else it is the first one, whichever that is. */
  readonly chosen: boolean;
  /** Rows above the first one shown. */
  readonly scroll: number;
  /** Servers that `+` and `-` act on together. */
  readonly tagged: ReadonlySet<RowId>;
  /** Servers whose own command may be run: that was asked once. */
  readonly allowed: ReadonlySet<ProcessKey>;
  /** Whether a change of workers has been agreed to in this session. */
  readonly agreed: boolean;
  readonly mode: Mode;
  /** The text searched last; empty before there is one. */
  readonly searched: string;
  readonly notice: Notice | null;
  /** What was done besides, and refused; oldest first. */
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

/** What is given at the start; the rest is empty. */
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
