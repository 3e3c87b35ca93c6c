import { constants, openSync } from 'node:fs';
import { readBytes, readLink, readText } from '../../source/proc/files.ts';
import { hasOthersIds, parseAuxv } from '../../source/proc/parsers/auxv.ts';
import { parseStat } from '../../source/proc/parsers/stat.ts';
import { idsOf } from '../../source/proc/parsers/status.ts';
import { O_PATH, Refused } from './trust.ts';

/** The user, group and groups that a server runs as. */
export interface Owner {
  readonly pid: number;
  readonly uid: number;
  readonly gid: number;
  readonly groups: readonly number[];
}

/** What only a process with the right to look into another can read (ptrace(2), PTRACE_MODE_READ). */
export interface Inside {
  /** Descriptor of its root directory. */
  readonly root: number;
  /** Descriptor of its working directory; null if that was removed. */
  readonly cwd: number | null;
  /** Its executable, which may have been deleted since. */
  readonly exe: string | null;
  readonly environment: ReadonlyMap<string, string>;
}

/**
 * The id that stands for every id without a number in a user namespace: overflowuid and overflowgid of
 * proc_sys_kernel(5).
 */
const OVERFLOW = 65_534;

/**
 * Reads who owns a process now.
 * @throws Refused if it is not a single user, or unknown
 */
export function ownerOf(pid: number): Owner {
  const status = readText(`/proc/${pid}/status`);
  if (status === null) throw new Refused(`${pid} has ended.`);
  const [uid, ...otherUids] = idsOf(status, 'Uid') ?? [];
  const [gid, ...otherGids] = idsOf(status, 'Gid') ?? [];
  if (uid === undefined || gid === undefined) throw new Refused(`The owner of ${pid} cannot be read.`);
  if (otherUids.some((id) => id !== uid) || otherGids.some((id) => id !== gid))
    throw new Refused(`${pid} runs with the ids of several users: nothing is done in its name.`);
  if ((uid === OVERFLOW && !hasAllIds('uid')) || (gid === OVERFLOW && !hasAllIds('gid')))
    throw new Refused(`The owner of ${pid} is unknown in this user namespace.`);
  const groups = /^Groups:\t([\d ]*)$/m.exec(status)?.[1]?.split(' ').filter(Boolean).map(Number) ?? [];
  return { pid, uid, gid, groups };
}

/**
 * Looks into a process; null if that is not permitted. A program that started with more rights than its caller still
 * has the title, environment and directory that its caller chose, whatever its ids are now. Only root's own programs
 * may have changed to another user.
 * @param startTicks its start time in clock ticks since boot
 * @throws Refused for such a program, and for another process
 */
export function lookInto({ pid, uid, gid }: Owner, startTicks: number): Inside | null {
  const folder = `/proc/${pid}`;
  const auxv = readBytes(`${folder}/auxv`);
  const began = typeof auxv === 'string' ? null : parseAuxv(auxv);
  if (began === null) return null;
  // In another user namespace the ids at its start are not comparable with ours, and set-uid root has no effect there.
  const isComparable = readLink(`${folder}/ns/user`) === readLink('/proc/self/ns/user');
  if (hasOthersIds(began, isComparable ? { uid, gid } : null))
    throw new Refused(`${pid} started with the ids of another user: nothing is done in its name.`);
  const environment = environmentOf(folder);
  const [root, cwd] = [openDirectory(`${folder}/root`), openDirectory(`${folder}/cwd`)];
  const exe = readLink(`${folder}/exe`);
  // Last: everything above was read of the same process.
  const stat = readBytes(`${folder}/stat`);
  if (typeof stat === 'string') throw new Refused(`${pid} has ended.`);
  if (parseStat(stat, stat.length)?.startTicks !== startTicks) throw new Refused(`${pid} is another process now.`);
  return root === null ? null : { root, cwd, exe, environment };
}

/** Whether this user namespace maps every user of the machine: user_namespaces(7). */
function hasAllIds(kind: 'uid' | 'gid'): boolean {
  return /^\s*0\s+0\s+4294967295\s*$/.test(readText(`/proc/self/${kind}_map`) ?? '');
}

function openDirectory(link: string): number | null {
  try {
    return openSync(link, O_PATH | constants.O_DIRECTORY);
  } catch {
    // The caller reports it if needed.
    return null;
  }
}

/** The environment of a process; empty if its title has overwritten it. */
function environmentOf(folder: string): ReadonlyMap<string, string> {
  const bytes = readBytes(`${folder}/environ`);
  const text = typeof bytes === 'string' ? '' : bytes.toString('utf8');
  return new Map(
    text.split('\0').flatMap((pair): [string, string][] => {
      const equals = pair.indexOf('=');
      const name = pair.slice(0, Math.max(0, equals));
      return /^\w+$/.test(name) ? [[name, pair.slice(equals + 1)]] : [];
    }),
  );
}

/**
 * Becomes the owner for good: all ids, the groups of his server, no capability.
 * @throws Refused if that fails
 */
export function become({ pid, uid, gid, groups }: Owner, nameOf: (uid: number) => string): void {
  const { geteuid, getuid, setgroups, setgid, setuid } = process;
  if (geteuid?.() !== 0) {
    if (geteuid?.() === uid && getuid?.() === uid) return;
    throw new Refused(`Only ${nameOf(uid)}, the owner of ${pid}, or root may do this. Use sudo.`);
  }
  try {
    setgroups?.([...groups]);
    setgid?.(gid);
    setuid?.(uid);
  } catch (error) {
    throw new Refused(`Could not become ${nameOf(uid)}: ${error instanceof Error ? error.message : error}`);
  }
  const status = readText('/proc/self/status') ?? '';
  const ids = [...(idsOf(status, 'Uid') ?? [-1]), ...(idsOf(status, 'Gid') ?? [-1])];
  const isOwner = ids.every((id, index) => id === (index < 4 ? uid : gid));
  const hasNone = uid === 0 || /^CapPrm:\t0+$/m.test(status);
  if (!isOwner || !hasNone) throw new Refused(`Could not become ${nameOf(uid)}: some rights of root are left.`);
}
