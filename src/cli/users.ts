import { execFile } from 'node:child_process';
import type { Source } from '../source/source.ts';
import { UsageError } from './usage-error.ts';

/** Seconds for which a directory of users may be silent: it may be on a network that is gone. */
const PATIENCE = 2;

/** A name as id(1) takes it for one: neither an option nor a number. */
const plainName = /^[^-+\d\s][^\s:]*$/u;

/**
 * The uid of a user, by id(1), which asks every directory of users that this system has.
 * @returns null where it knows none, or does not answer in time
 */
export async function uidOf(name: string): Promise<number | null> {
  if (!plainName.test(name)) return null;
  return new Promise((resolve) => {
    execFile('id', ['-u', name], { timeout: PATIENCE * 1000, killSignal: 'SIGKILL' }, (error, stdout) => {
      resolve(error === null && /^\d+\n$/.test(stdout) ? Number(stdout) : null);
    });
  });
}

const none: ReadonlySet<number> = new Set();

/**
 * A user of this machine, or one of a container whose processes are seen here.
 * @returns the uid; null for a user of a container
 * @throws UsageError when there is no such user
 */
export async function findUser(source: Source, name: string): Promise<number | null> {
  const uid = await uidOf(name);
  if (uid !== null) return uid;
  const { processes } = await source.read({ memoryBudget: 0, prefer: none, watch: none, listeners: none });
  if (processes.some(({ facts }) => facts.user === name)) return null;
  throw new UsageError(
    `no user ${name}: not in /etc/passwd nor in another directory of users, and no process is of that name`,
  );
}
