import type { Advice } from '../model/advice/advice.ts';
import type { Model } from '../model/model.ts';
import type { Trim } from '../model/scaling/fit.ts';
import type { ProcessAction } from '../model/scaling/process-actions.ts';
import type { ProcessKey } from '../snapshot.ts';
import type { Consent, Operation, Question, WantedWorkers } from './operation.ts';
import type { Ground } from './settings.ts';

export type NoticeLevel = 'info' | 'warning' | 'error';

/** What happened: the only way anything reaches the state. */
export type Action =
  | { readonly type: 'model'; readonly model: Model }
  | { readonly type: 'advice'; readonly advice: readonly Advice[] }
  /** A key by blessed's full name (`up`, `C-c`, `f1`, `+`); `character` is what it types, if it types. */
  | { readonly type: 'key'; readonly key: string; readonly character: string | null }
  /** The wheel, or a click on a line of the screen, counted from 0. */
  | { readonly type: 'mouse'; readonly what: 'click' | 'wheel-up' | 'wheel-down'; readonly line: number }
  | { readonly type: 'resize'; readonly columns: number; readonly lines: number }
  /** The terminal has told what its text stands on. */
  | { readonly type: 'ground'; readonly ground: Ground }
  | { readonly type: 'operation'; readonly operation: Operation }
  /** Workers are added only after a yes. */
  | { readonly type: 'question'; readonly question: Question }
  | { readonly type: 'notice'; readonly level: NoticeLevel; readonly text: string };

/** What the state asks the world to do. */
export type Effect =
  | { readonly type: 'scale'; readonly server: ProcessKey; readonly delta: number }
  /** What was asked about, with what was agreed to. */
  | { readonly type: 'set'; readonly wanted: WantedWorkers; readonly consent: Consent }
  | { readonly type: 'fit'; readonly trims: readonly Trim[]; readonly target: number }
  | { readonly type: 'act'; readonly action: ProcessAction; readonly process: ProcessKey }
  | { readonly type: 'undo' }
  /** Tell in the log what earlier sessions left unfinished. */
  | { readonly type: 'recall' }
  | { readonly type: 'cancel' }
  /** Read now, not at the next tick. */
  | { readonly type: 'refresh' }
  | { readonly type: 'redraw' }
  | { readonly type: 'suspend' }
  /** @see ExitCode in the README: 0, or 130 as if by SIGINT */
  | { readonly type: 'quit'; readonly code: number };
