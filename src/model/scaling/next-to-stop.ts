import { givesBack } from '../memory.ts';
import type { ProcessNode, Server } from '../model.ts';

/** A server's living workers, in the order in which it stops them. */
export function nextToStop(server: Server): readonly ProcessNode[] {
  const oldestFirst = server.processes.filter((process) => process.role === 'worker');
  const { scaling } = server.definition;
  if (scaling.method === 'none' || scaling.trims === 'oldest') return oldestFirst;
  const newestFirst = oldestFirst.toReversed();
  if (scaling.trims === 'newest') return newestFirst;
  const numberOf = ({ sample }: ProcessNode) => scaling.number?.(sample.facts) ?? 0;
  return scaling.trims === 'highest'
    ? newestFirst.sort((a, b) => numberOf(b) - numberOf(a))
    : oldestFirst.toSorted((a, b) => numberOf(a) - numberOf(b));
}

/**
 * Bytes freed by stopping the next `count` workers: their own memory that is not a file's. Null if unknown, or if there
 * are fewer workers.
 */
export function freedBy(server: Server, count: number): number | null {
  const next = nextToStop(server).slice(0, count);
  if (next.length < count) return null;
  return next.reduce<number | null>((sum, { memory }) => {
    const freed = givesBack(memory);
    return sum === null || freed === null ? null : sum + freed;
  }, 0);
}

/** How many workers may be trimmed without asking: never the last one, and none if that is uncertain. */
export function spareWorkers({ scaling, workers }: Server): number {
  return scaling.available && scaling.method !== 'command'
    ? Math.max(0, workers.current - Math.max(1, workers.floor))
    : 0;
}
