import { Observations } from '../model/activity/observations.ts';
import type { Advice } from '../model/advice/advice.ts';
import { History } from '../model/history/history.ts';
import type { Model } from '../model/model.ts';
import type { Fit } from '../model/scaling/fit.ts';
import type { ProcessKey } from '../snapshot.ts';
import type { Effect, NoticeLevel } from './action.ts';
import type { Operation } from './operation.ts';
import type { Row, RowId } from './row.ts';
import type { Arrangement } from './rows.ts';
import type { Ground } from './settings.ts';

/** Something to tell, until the next key. */
export interface Notice {
  readonly level: NoticeLevel;
  readonly text: string;
}

/** Something that was told in this session, for the log. */
export interface Note extends Notice {
  /** Wall clock, milliseconds since 1970. */
  readonly at: number;
}

/** What lies over the table. Only one does at a time. */
export type Panel =
  | { readonly type: 'help'; readonly scroll: number }
  /** Stays with its row, wherever the selection goes. */
  | { readonly type: 'details'; readonly row: RowId; readonly scroll: number }
  | { readonly type: 'log'; readonly scroll: number }
  | { readonly type: 'memory'; readonly scroll: number }
  | { readonly type: 'advice'; readonly index: number }
  | { readonly type: 'charts' }
  | { readonly type: 'sort'; readonly index: number }
  | { readonly type: 'actions'; readonly row: RowId; readonly index: number }
  /** The question names what it is about, and the effects are bound to it. */
  | {
      readonly type: 'confirm';
      readonly question: readonly string[];
      readonly effects: readonly Effect[];
      /** A server whose command is asked for once. */
      readonly server?: ProcessKey;
      /** Whether Enter is no yes: only `y` is. */
      readonly explicit?: boolean;
    }
  | { readonly type: 'fit'; readonly text: string; readonly problem: string | null }
  | { readonly type: 'fit-plan'; readonly fit: Fit; readonly target: number };

/** All that the screen shows is computed from this. */
export interface AppState {
  readonly columns: number;
  readonly lines: number;
  /** Seconds between readings. */
  readonly delay: number;
  readonly readOnly: boolean;
  /** Said in the header, such as `DEMO`. */
  readonly badge: string | null;
  /** Names of columns not to show. */
  readonly hidden: readonly string[];
  /** What the terminal's text stands on. */
  readonly ground: Ground;
  /** The newest, or the one at which the display was frozen; null before the first reading. */
  readonly model: Model | null;
  /** What has come since the display was frozen; null when it is not frozen. */
  readonly held: Model | null;
  readonly frozen: boolean;
  readonly history: History;
  /** How many workers were in use, for a week. */
  readonly observations: Observations;
  /** Which of the theme's colours is a project's, by its id: it keeps that wherever it moves. */
  readonly hues: ReadonlyMap<string, number>;
  readonly advice: readonly Advice[];
  readonly arrangement: Arrangement;
  /** Made of the model by the arrangement. */
  readonly rows: readonly Row[];
  readonly selected: RowId | null;
  /** Rows above the first one shown. */
  readonly scroll: number;
  /** Servers that `+` and `-` act on together. */
  readonly tagged: ReadonlySet<RowId>;
  /** Servers whose own command may be run: that was asked once. */
  readonly allowed: ReadonlySet<ProcessKey>;
  /** True while the filter is being typed. */
  readonly typing: boolean;
  readonly panel: Panel | null;
  readonly notice: Notice | null;
  /** What was done besides, and refused; oldest first. */
  readonly notes: readonly Note[];
  /** Oldest first. */
  readonly operations: readonly Operation[];
  /** The operation whose outcome is on the screen. */
  readonly shown: number | null;
}

export interface StateOptions {
  /** What was seen of workers before. */
  readonly observations?: Observations;
  readonly columns: number;
  readonly lines: number;
  readonly delay: number;
  readonly readOnly: boolean;
  readonly badge: string | null;
  readonly hidden: readonly string[];
  readonly ground: Ground;
  readonly arrangement: Arrangement;
}

export function initialState(options: StateOptions): AppState {
  return {
    ...options,
    model: null,
    held: null,
    frozen: false,
    history: new History(),
    observations: options.observations ?? new Observations(),
    hues: new Map(),
    advice: [],
    rows: [],
    selected: null,
    scroll: 0,
    tagged: new Set(),
    allowed: new Set(),
    typing: false,
    panel: null,
    notice: null,
    notes: [],
    operations: [],
    shown: null,
  };
}

/** The row that is selected; null while there is none. */
export function selectedRow(state: AppState): Row | null {
  return state.rows.find(({ id }) => id === state.selected) ?? null;
}

/** Operations that are not over yet. */
export function running(state: AppState): readonly Operation[] {
  return state.operations.filter(({ phase }) => phase === 'running');
}
