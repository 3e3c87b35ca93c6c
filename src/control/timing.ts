/** Of the scaling loop. All in seconds. */
export const timing = {
  /** Between two signals at least: a master handles one in a few milliseconds, a busy one in its next loop. */
  pace: 0.3,
  /** A worker told to go that is still there after this long finishes a request first: the next one can be told. */
  heard: 1.2,
  /** A new worker is a fork, and seen at once; on a thrashing machine it takes its time. */
  appears: 15,
  /** The target must be seen this long without a break. */
  settles: 0.5,
  /** A worker that ends is replaced by its server within this, where that replaces workers at all. */
  replaces: 1.2,
  /** New workers must live this long: one that cannot load or bind has ended by then. */
  lives: 3,
  /** New workers have loaded when their memory has not risen for this long. */
  loaded: 2,
  /** Loading is watched this long at most. */
  loads: 10,
  /** gunicorn ends a worker that was told to go after 30 s unless configured otherwise: if none has gone by then, the signal was lost. */
  repeats: 35,
  /** Workers that were told to go are waited for this long. */
  leaves: 90,
  /** After a failure the number of workers must be seen this long without a change, and is watched this long at most. */
  calms: 1,
  watches: 5,
} as const;
