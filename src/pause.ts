/** By which fraction an interval varies at random. */
const JITTER = 0.25;

/** Waits for a number of seconds. Resolves early when `signal` aborts. */
export function pause(seconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, seconds * 1000);
    signal?.addEventListener('abort', done, { once: true });
  });
}

/** Varies seconds by up to a quarter at random, so that readings do not keep step with recurring load. */
export function jittered(seconds: number): number {
  return seconds * (1 + JITTER * (2 * Math.random() - 1));
}
