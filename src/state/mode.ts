import type { Fit } from '../model/scaling/fit.ts';
import type { ProcessKey } from '../snapshot.ts';
import type { Effect } from './action.ts';
import type { RowId } from './row.ts';

/** The intervals that the history shows. */
export const spans = ['10m', '1h', '24h'] as const;
export type Span = (typeof spans)[number];

/** The pages of a row's details. */
export type DetailsPage = 'memory' | 'server' | 'process' | 'group';

/** A panel over the table. Only one is open at a time. */
export type Panel =
  | { readonly type: 'help'; readonly scroll: number }
  /** Stays with its row, wherever the selection goes. */
  | { readonly type: 'details'; readonly row: RowId; readonly page: DetailsPage; readonly scroll: number }
  | { readonly type: 'log'; readonly scroll: number }
  | { readonly type: 'memory'; readonly scroll: number }
  /** The guided run. */
  | { readonly type: 'tune'; readonly scroll: number }
  | { readonly type: 'advice'; readonly index: number }
  /** The number of workers that is chosen. */
  | { readonly type: 'how-many'; readonly server: ProcessKey; readonly workers: number }
  | {
      readonly type: 'history';
      /** One project, or all of them. */
      readonly project: string | null;
      readonly span: Span;
      /** Columns that the cursor stands left of now; null without one. */
      readonly cursor: number | null;
    }
  | { readonly type: 'sort'; readonly index: number }
  | { readonly type: 'settings'; readonly index: number }
  | { readonly type: 'actions'; readonly row: RowId; readonly index: number }
  /** The question names what it is about, and the effects are bound to it. */
  | {
      readonly type: 'confirm';
      /** The question itself first. */
      readonly question: readonly string[];
      readonly effects: readonly Effect[];
      /** A server whose own command needs this consent once. */
      readonly server?: ProcessKey;
      /** Whether a yes holds for all changes of this session. */
      readonly scaling?: true;
      /** Whether only `y` means yes, and Enter does not. */
      readonly explicit?: boolean;
    }
  | { readonly type: 'fit'; readonly text: string; readonly problem: string | null }
  | { readonly type: 'fit-plan'; readonly fit: Fit; readonly target: number };

export type PanelOf<Type extends Panel['type']> = Extract<Panel, { readonly type: Type }>;

/** Where keys go. */
export type Mode =
  | { readonly type: 'table' }
  /** The filter is typed, and the table follows. */
  | { readonly type: 'filter' }
  /** A text is typed, and the selection goes to the first row that has it. */
  /** What was selected and open before it, from where each letter searches anew. */
  | {
      readonly type: 'search';
      readonly text: string;
      readonly selected: RowId | null;
      readonly toggled: ReadonlySet<RowId>;
    }
  | { readonly type: 'panel'; readonly panel: Panel };

export const table: Mode = { type: 'table' };
