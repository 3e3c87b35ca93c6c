import { sumMemory } from './memory.ts';
import type { Memory } from './model.ts';
import { sumKnown } from './rates.ts';

/** What has memory and CPU time: a process, a server, a project. */
export interface Measured {
  readonly memory: Memory;
  readonly cpu: number | null;
}

/**
 * Adds up memory and CPU.
 * @param total bytes that shares refer to
 */
export function sums(parts: readonly Measured[], total: number): Measured {
  return {
    memory: sumMemory(
      parts.map(({ memory }) => memory),
      total,
    ),
    cpu: sumKnown(parts.map(({ cpu }) => cpu)),
  };
}
