/** Where a recording stands. */
export interface ReplayPosition {
  /** Readings from the beginning, from 1 on, and in all; `count` is null until all have been counted. */
  readonly index: number;
  readonly count: number | null;
  readonly paused: boolean;
  /** Times as fast as it was recorded. */
  readonly speed: number;
}
