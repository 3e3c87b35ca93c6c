import type { ProcessNode, SystemGroup } from '../model/model.ts';

/** A process outside projects gets a row of its own from this fraction of the memory total. */
const LARGE = 0.01;

/** The processes of `system` that are large enough for a row of their own, largest first. */
export function largestOf({ processes }: SystemGroup): readonly ProcessNode[] {
  const large = processes.filter(({ memory }) => (memory.share ?? 0) >= LARGE);
  return large.sort((a, b) => (b.memory.counted ?? 0) - (a.memory.counted ?? 0) || a.pid - b.pid);
}
