import type { Advice } from '../model/advice/advice.ts';
import type { Model } from '../model/model.ts';
import type { Trim } from '../model/scaling/fit.ts';
import type { ProcessAction } from '../model/scaling/process-actions.ts';
import type { ProcessKey } from '../snapshot.ts';
import type { NoticeLevel } from './notice.ts';
import type { Consent, Operation, Question, WantedWorkers } from './operation.ts';
import type { ReplayPosition } from './replay.ts';
import type { Ground, ViewSettings } from './settings.ts';
import type { Tuning } from './tuning.ts';

/** Something that happened. Nothing else changes the state. */
export type Action =
  | { readonly type: 'model'; readonly model: Model }
  | { readonly type: 'advice'; readonly advice: readonly Advice[] }
  /** A key by blessed's full name (`up`, `C-c`, `f1`, `+`); `character` is what it types, if it types. */
  | { readonly type: 'key'; readonly key: string; readonly character: string | null }
  /** The wheel, a click or a second one at the same place. */
  | { readonly type: 'mouse'; readonly what: MouseEvent; readonly target: MouseTarget }
  | { readonly type: 'resize'; readonly columns: number; readonly lines: number }
  /** The terminal has reported its background. */
  | { readonly type: 'ground'; readonly ground: Ground }
  | { readonly type: 'operation'; readonly operation: Operation }
  | { readonly type: 'tuning'; readonly tuning: Tuning }
  /** Workers are added only if the user agrees. */
  | { readonly type: 'question'; readonly question: Question }
  | { readonly type: 'notice'; readonly level: NoticeLevel; readonly text: string }
  | { readonly type: 'replay'; readonly position: ReplayPosition };

export type MouseEvent = 'click' | 'double-click' | 'wheel-up' | 'wheel-down';

/** What is under the mouse. The view knows it. */
export type MouseTarget =
  | { readonly type: 'row'; readonly index: number /** On the sign that opens and closes. */; readonly sign: boolean }
  | { readonly type: 'column'; readonly name: string }
  /** A line of a list in a panel, by its entry. */
  | { readonly type: 'entry'; readonly index: number }
  /** A word of the footer, by the key that does it. */
  | { readonly type: 'key'; readonly key: string }
  | { readonly type: 'none' };

/** What the state asks the world to do. */
export type Effect =
  | { readonly type: 'scale'; readonly server: ProcessKey; readonly delta: number }
  /** Sets a number of workers that the user agreed to. */
  | { readonly type: 'set'; readonly wanted: WantedWorkers; readonly consent: Consent }
  | { readonly type: 'fit'; readonly trims: readonly Trim[]; readonly target: number }
  | { readonly type: 'act'; readonly action: ProcessAction; readonly process: ProcessKey }
  | { readonly type: 'undo' }
  /** Show in the log what earlier sessions left unfinished. */
  | { readonly type: 'recall' }
  | { readonly type: 'cancel' }
  /** Begin a guided run of a server. */
  | { readonly type: 'tune'; readonly server: ProcessKey; readonly project: string }
  /** End the guided run, and put back a trim not found good. */
  | { readonly type: 'stop-tune' }
  /** Read now, not at the next tick. */
  | { readonly type: 'refresh' }
  | { readonly type: 'redraw' }
  | { readonly type: 'suspend' }
  /** Give a text to the terminal's clipboard. */
  | { readonly type: 'copy'; readonly text: string }
  /** Keep the settings in the configuration file. */
  | { readonly type: 'save'; readonly settings: ViewSettings }
  /** Move within a recording. */
  | { readonly type: 'replay'; readonly move: ReplayMove }
  /** Back to the list of machines. */
  | { readonly type: 'back' }
  /** @see ExitCode in the README: 0, or 130 as if by SIGINT */
  | { readonly type: 'quit'; readonly code: number };

export type ReplayMove =
  | { readonly type: 'pause' }
  | { readonly type: 'readings'; readonly count: number }
  | { readonly type: 'seconds'; readonly seconds: number }
  | { readonly type: 'event'; readonly direction: 1 | -1 }
  | { readonly type: 'speed'; readonly factor: number };
