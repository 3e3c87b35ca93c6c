/** Milliseconds below which the clock alone is read. */
const SHORT = 20;

/**
 * Starts a stopwatch of the CPU time used by this process, in milliseconds. Time in which it did not run, as on a
 * machine that swaps, does not count.
 */
export function cpuStopwatch(): () => number {
  const started = performance.now();
  const used = process.cpuUsage();
  // Reading the clock is cheaper, and enough while it tells of no more than CPU time could. CPU time of other threads
  // counts too, so take the lower of both.
  return () => {
    const elapsed = performance.now() - started;
    if (elapsed < SHORT) return elapsed;
    const { user, system } = process.cpuUsage(used);
    return Math.min(elapsed, (user + system) / 1000);
  };
}
