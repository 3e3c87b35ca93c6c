import type { Source } from '../source/source.ts';
import { uidOf } from '../source/system-users.ts';
import { UsageError } from './usage-error.ts';

/** Seconds to wait for the passwd files of containers. */
const PATIENCE = 0.5;

const none: ReadonlySet<number> = new Set();

/**
 * Finds a user of this machine, or of a container that has processes here.
 * @returns the uid; null for a user of a container
 * @throws UsageError if there is no such user
 */
export async function findUser(source: Source, name: string): Promise<number | null> {
  const uid = await uidOf(name);
  if (uid !== null) return uid;
  const { processes } = await source.read({
    memoryBudget: 0,
    prefer: none,
    watch: none,
    listeners: none,
    patience: PATIENCE,
  });
  if (processes.some(({ facts }) => facts.user === name)) return null;
  throw new UsageError(
    `no user ${name}: not in /etc/passwd nor in another directory of users, and no process is of that name`,
  );
}
