import type { ProcessNode, SystemGroup } from '../model/model.ts';

/** From this share of the memory total on, a process that is no project's is told by itself. */
const LARGE = 0.01;

/** The largest first. */
export function largestOf({ processes }: SystemGroup): readonly ProcessNode[] {
  const large = processes.filter(({ memory }) => (memory.share ?? 0) >= LARGE);
  return large.sort((a, b) => (b.memory.counted ?? 0) - (a.memory.counted ?? 0) || a.pid - b.pid);
}
