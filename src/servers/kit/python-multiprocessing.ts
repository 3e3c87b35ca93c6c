import type { ProcessFacts } from '../../snapshot.ts';
import type { Claim } from '../definition.ts';

/**
 * Claims a child of Python's multiprocessing with the spawn method as a worker. It runs the parent's code under an argv
 * that names neither the parent nor its app (multiprocessing/spawn.py).
 */
export function claimSpawned({ argv }: ProcessFacts): Claim | null {
  const spawned = argv.some((arg) => arg.startsWith('from multiprocessing.spawn import spawn_main'));
  return spawned ? { role: 'worker', args: null } : null;
}
