import { byPid } from '../recognise/process-table.ts';
import type { ProcessSample, Snapshot } from '../snapshot.ts';

/**
 * Makes a function that gives a process's CPU use since the previous snapshot, as a fraction of one core. Null without
 * a previous snapshot, and for an old process that was not in it.
 */
export function cpuSince(previous: Snapshot | null, snapshot: Snapshot): (process: ProcessSample) => number | null {
  const elapsed = previous === null ? 0 : snapshot.uptime - previous.uptime;
  if (previous === null || elapsed <= 0) return () => null;
  const table = byPid(previous.processes);
  const { ticksPerSecond } = snapshot.host;
  return (process) => {
    const before = table.get(process.pid);
    const same = before?.startTicks === process.startTicks;
    if (!same && process.startTicks / ticksPerSecond < previous.uptime) return null;
    const ticks = process.cpuTicks - (same ? before.cpuTicks : 0);
    return Math.max(0, ticks / ticksPerSecond / elapsed);
  };
}

/** The sum of the known values; null if none is known. */
export function sumKnown(parts: readonly (number | null)[]): number | null {
  let sum: number | null = null;
  for (const part of parts) if (part !== null) sum = (sum ?? 0) + part;
  return sum;
}
