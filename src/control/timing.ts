/** Times of the scaling loop, in seconds. */
export const timing = {
  /** Shortest time between two signals. A master handles one in milliseconds, or in its next loop if busy. */
  pace: 0.3,
  /**
   * A worker that is still there this long after it was asked to stop is finishing a request: the next one can be
   * asked.
   */
  heard: 1.2,
  /** A new worker is a fork and seen at once. On a thrashing machine it takes up to this long. */
  appears: 15,
  /** The target must be seen this long without a break. */
  settles: 0.5,
  /** A server that replaces workers does so within this time. */
  replaces: 1.2,
  /** New workers must live this long: one that cannot load its app or bind has ended by then. */
  lives: 3,
  /** New workers have loaded once their memory has not grown for this long. */
  loaded: 2,
  /** Loading is watched for this long at most. */
  loads: 10,
  /**
   * gunicorn kills a worker 30 s after it was asked to stop, by default. If none has ended by then, the signal was
   * lost.
   */
  repeats: 35,
  /** Longest wait for workers that were asked to stop. */
  leaves: 90,
  /** After a failure the number of workers must not change for this long; it is watched for the second time at most. */
  calms: 1,
  watches: 5,
} as const;
