import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 20;

/**
 * Waits until `probe` gives something other than null, undefined or false, and gives that.
 * @param what says in the error what was waited for
 * @param timeout seconds
 */
export async function eventually<T>(
  what: string,
  probe: () => T | Promise<T>,
  timeout = 20,
): Promise<NonNullable<Exclude<T, false>>> {
  const deadline = performance.now() + timeout * 1000;
  for (;;) {
    const answer = await probe();
    if (answer !== null && answer !== undefined && answer !== false) {
      return answer as NonNullable<Exclude<T, false>>;
    }
    if (performance.now() > deadline) throw new Error(`waited ${timeout} s in vain: ${what}`);
    await sleep(POLL_MS);
  }
}
