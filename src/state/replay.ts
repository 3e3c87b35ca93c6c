/** The position in a recording. */
export interface ReplayPosition {
  /** The number of the reading, from 1, and of all readings; `count` is null until all have been counted. */
  readonly index: number;
  readonly count: number | null;
  readonly paused: boolean;
  /** Multiple of the recorded speed. */
  readonly speed: number;
}
