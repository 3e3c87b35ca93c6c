import type { ProcessKey } from '../snapshot.ts';

/** How a change of a server's number of workers stands: plain data for the screen and for `scale`. */
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
  readonly phase: 'running' | 'done' | 'failed' | 'cancelled';
  /** Workers that were told to go and still finish their requests. */
  readonly leaving: readonly ProcessKey[];
  /** USS of the workers that were expected to go when asked; null when unknown or when growing. Bytes. */
  readonly predicted: number | null;
  /** USS, read last before they left, of the workers that went. Bytes. */
  readonly freed: number | null;
  /** Host memory used, fractions of the total, when it began and now. */
  readonly usedBefore: number;
  readonly usedNow: number;
  /** How it stands, or how it ended, as a sentence with its figures. */
  readonly text: string;
  /** Once done: where to set the number so that it outlives a restart. */
  readonly reminder: string | null;
  /** Wall clock, milliseconds since 1970. */
  readonly startedAt: number;
  readonly endedAt: number | null;
  /** True for one that undid another, which `u` does not undo again. */
  readonly undo: boolean;
}
