import type { Summary } from '../model/activity/statistics.ts';
import type { ProcessKey } from '../snapshot.ts';

/** One number of workers as a guided run saw it. */
export interface TuneStep {
  readonly workers: number;
  readonly summary: Summary;
  /** Largest expected share of requests that wait; null for the number at the beginning. */
  readonly expected: number | null;
  /** Bytes that this number freed, compared with the one before; null if unknown. */
  readonly freed: number | null;
  /** Why it was put back; null if it stayed. */
  readonly putBack: string | null;
}

/** The number of workers that is being watched. */
export interface TuneWatch {
  readonly workers: number;
  /** Seconds so far, and the fewest or most that it takes. */
  readonly seconds: number;
  readonly of: number;
  /** Null before the first reading. */
  readonly summary: Summary | null;
  /** Largest expected share of requests that wait; null for the number at the beginning. */
  readonly expected: number | null;
}

/** A guided run as the user sees it. */
export interface Tuning {
  readonly server: ProcessKey;
  readonly project: string;
  /** `stopping`: the user has ended it, and what was trimmed is being put back. */
  readonly phase: 'running' | 'stopping' | 'ended';
  readonly steps: readonly TuneStep[];
  readonly watch: TuneWatch | null;
  /** What it did, oldest first, each with its time in milliseconds since 1970. */
  readonly said: readonly { readonly at: number; readonly text: string }[];
  /** How it ended, in sentences; null while it runs. */
  readonly outcome: string | null;
}
