import type { ProcessFacts } from '../../snapshot.ts';

/**
 * A child of Python's multiprocessing with the spawn method, which runs the parent's code under an argv that
 * names neither it nor its app: a worker where the parent is a server (multiprocessing/spawn.py).
 */
export function isSpawned({ argv }: ProcessFacts): boolean {
  return argv.some((arg) => arg.startsWith('from multiprocessing.spawn import spawn_main'));
}
