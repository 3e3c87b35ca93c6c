import type { ProcessKey } from '../snapshot.ts';

/** The state of a change of a server's workers: plain data for the screen and for `scale`. */
export interface Operation {
  /** Counts up from 1 within a session. */
  readonly id: number;
  /** The server's head. */
  readonly server: ProcessKey;
  readonly pid: number;
  readonly project: string;
  readonly kind: string;
  /** Workers when it began. */
  readonly from: number;
  /** Moves when the key is pressed again. */
  readonly target: number;
  /** Workers seen last, those leaving not counted. */
  readonly current: number;
  /** `interrupted`: workertop ended before it did. */
  readonly phase: 'running' | 'done' | 'failed' | 'cancelled' | 'interrupted';
  /** Signals sent, or commands run, so far. */
  readonly sent: number;
  /** Workers that came since it began. */
  readonly came: readonly ProcessKey[];
  /** Workers that were asked to stop and still finish their requests. */
  readonly leaving: readonly ProcessKey[];
  /** Bytes expected to be freed; null if unknown, or if workers are added. */
  readonly predicted: number | null;
  /** Bytes that the stopped workers freed, as last read before they stopped; null if unknown. */
  readonly freed: number | null;
  /** Once done: bytes of private memory of each new worker so far, if they still rise; else null. */
  readonly loading: number | null;
  /** Host memory used, fractions of the total, when it began and now. */
  readonly usedBefore: number;
  readonly usedNow: number;
  /** Its state or its end, as a sentence with its figures. */
  readonly text: string;
  /** Once done: where to set the number so that it outlives a restart. */
  readonly reminder: string | null;
  /** The text to write there, such as `-w 2`; null if unknown. */
  readonly line: string | null;
  /** Wall clock, milliseconds since 1970. */
  readonly startedAt: number;
  readonly endedAt: number | null;
  /** True for one that undid another, which `u` does not undo again. */
  readonly undo: boolean;
}

/** A requested number of workers. */
export interface WantedWorkers {
  readonly server: ProcessKey;
  readonly target: number;
  /** Whether it undoes a change. */
  readonly undo: boolean;
}

/**
 * What the user agreed to: nothing; many workers or an unknown cost (`size`); workers that do not fit in memory
 * (`memory`); or any objection, also changed code on disk (`all`).
 */
export type Consent = 'none' | 'size' | 'memory' | 'all';

/** A question before workers are added. */
export interface Question {
  /** One sentence with its figures. */
  readonly text: string;
  readonly because: 'size' | 'unknown' | 'memory' | 'code';
  readonly wanted: WantedWorkers;
}
