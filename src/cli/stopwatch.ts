/**
 * Starts a stopwatch of the CPU time that this process has used, in milliseconds. Time in which it did not run, as on a machine that
 * swaps, does not count: nothing of another process may be blamed for that.
 */
export function cpuStopwatch(): () => number {
  const started = performance.now();
  const used = process.cpuUsage();
  // The clock is cheaper to ask. Other threads of this process count as well, so it sets the upper bound.
  return () => {
    const elapsed = performance.now() - started;
    if (elapsed < 1) return elapsed;
    const { user, system } = process.cpuUsage(used);
    return Math.min(elapsed, (user + system) / 1000);
  };
}
