import type { Source } from '../source/source.ts';
import { uidOf } from '../source/system-users.ts';
import { FILES_TIMEOUT } from './patience.ts';
import { UsageError } from './usage-error.ts';

const none: ReadonlySet<number> = new Set();

/**
 * Finds a user of this machine, or of a container that has processes here.
 * @param isHere whether the machine is this one; users of another are known by the names of its processes
 * @returns the uid; null for a user of a container or of another machine
 * @throws UsageError if there is no such user
 */
export async function findUser(source: Source, name: string, isHere: boolean): Promise<number | null> {
  const uid = isHere ? await uidOf(name) : null;
  if (uid !== null) return uid;
  const { processes } = await source.read({
    memoryBudget: 0,
    prefer: none,
    watch: none,
    listeners: none,
    patience: FILES_TIMEOUT,
  });
  if (processes.some(({ facts }) => facts.user === name)) return null;
  if (!isHere) throw new UsageError(`no process on that machine belongs to a user ${name}`);
  throw new UsageError(`no user ${name}: no directory of users has the name, and no process belongs to it`);
}
