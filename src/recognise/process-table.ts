import { memoize } from '../memoize.ts';
import type { ProcessSample } from '../snapshot.ts';

/** The processes of one snapshot by pid. */
export const byPid: (processes: readonly ProcessSample[]) => ReadonlyMap<number, ProcessSample> = memoize(
  (processes) => new Map(processes.map((process) => [process.pid, process])),
);

/**
 * The processes of one snapshot, oldest first. All recognition runs in this order, so no result depends on the order in
 * which the process table was read.
 */
export const inOrderOfAge: (processes: readonly ProcessSample[]) => readonly ProcessSample[] = memoize((processes) =>
  processes.toSorted(byAge),
);

/** Compares two processes by age, oldest first. Processes started in the same clock tick are ordered by pid. */
export function byAge(a: ProcessSample, b: ProcessSample): number {
  return a.startTicks - b.startTicks || a.pid - b.pid;
}
