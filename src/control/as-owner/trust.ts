import { constants, fstatSync, openSync, readlinkSync, type Stats, statSync } from 'node:fs';
import { errorCode } from '../../text/errno.ts';

/** Flag of open(2) for a descriptor that names a file without opening it. Node has no constant for it. */
export const O_PATH = 0o10000000;

/** Most links on one path, as in Linux (path_resolution(7)). */
const MOST_LINKS = 40;

const STICKY = 0o1000;
const GROUP_WRITES = 0o020;
const OTHERS_WRITE = 0o002;

/** Why an errand is not done, as a sentence. */
export class Refused extends Error {
  override readonly name = 'Refused';
}

/** The user for whom a path must be safe. */
export interface Trust {
  readonly uid: number;
  /** Whether this group has no other member in /etc/passwd and /etc/group. */
  isOwnGroup(gid: number): boolean;
  nameOf(uid: number): string;
}

/** Where a path leads: a descriptor that names the file without opening it. */
export interface Found {
  readonly descriptor: number;
  /** The path without links. */
  readonly path: string;
  readonly stats: Stats;
}

interface Options {
  /** Descriptor of the directory that `/` stands for. */
  readonly root: number;
  /**
   * Whether a directory like /tmp may be on the way. Others cannot replace what is in it, but they can put links there.
   */
  readonly sticky?: boolean;
}

/**
 * Follows a path part by part, links included, by descriptors: the file that was checked is the one that is found.
 * Every directory on the way must belong to root or the user, and nobody else may write to it. An access control list
 * (acl(5)) that lets others write shows in the group's mode bits. Descriptors are closed when the process ends, which
 * lives for one errand.
 * @throws Refused if somebody else could change where it leads, or if it leads nowhere
 */
export function follow(path: string, trust: Trust, { root, sticky = false }: Options): Found {
  if (!path.startsWith('/') || path.includes('\0')) throw new Refused(`${path} is not an absolute path.`);
  const start: Found = { descriptor: root, path: '', stats: fstatSync(root) };
  const rest = path.split('/').reverse();
  let way: readonly Found[] = [start];
  let links = 0;
  for (let part = rest.pop(); part !== undefined; part = rest.pop()) {
    const here = way.at(-1) ?? start;
    if (part === '' || part === '.') continue;
    if (!here.stats.isDirectory()) throw new Refused(`${path} does not exist: ${here.path} is not a directory.`);
    const why = whoElse(here.stats, trust);
    const isSticky = sticky && (here.stats.mode & STICKY) !== 0 && isOwned(here.stats, trust);
    if (why !== null && !isSticky) throw new Refused(`${here.path || '/'} ${why}.`);
    if (part === '..') {
      way = way.length > 1 ? way.slice(0, -1) : way;
      continue;
    }
    const next = step(here, part);
    if (why !== null && (next.stats.isSymbolicLink() || !isOwned(next.stats, trust)))
      throw new Refused(`${next.path} cannot be trusted: ${here.path} ${why}.`);
    if (!next.stats.isSymbolicLink()) {
      way = [...way, next];
      continue;
    }
    links += 1;
    if (links > MOST_LINKS) throw new Refused(`${path} leads through too many links.`);
    const target = readlinkSync(`/proc/self/fd/${here.descriptor}/${part}`);
    if (target.startsWith('/')) way = [start];
    rest.push(...target.split('/').reverse());
  }
  const found = way.at(-1) ?? start;
  return { ...found, path: found.path || '/' };
}

/**
 * Follows a path, and checks that only root and the user can change the file.
 * @throws Refused if not
 */
export function followOwn(path: string, trust: Trust, options: Options): Found {
  const found = follow(path, trust, options);
  const why = whoElse(found.stats, trust);
  if (why !== null) throw new Refused(`${found.path} ${why}.`);
  return found;
}

function step(here: Found, part: string): Found {
  const path = `${here.path}/${part}`;
  try {
    const descriptor = openSync(`/proc/self/fd/${here.descriptor}/${part}`, O_PATH | constants.O_NOFOLLOW);
    return { descriptor, path, stats: fstatSync(descriptor) };
  } catch (error) {
    const code = errorCode(error) ?? error;
    if (code === 'ENOENT') throw new Missing(`${path} does not exist.`);
    throw new Refused(code === 'EACCES' ? `${path} may not be read.` : `${path} cannot be read: ${code}.`);
  }
}

/** The path leads nowhere, which may be no problem. */
export class Missing extends Refused {}

function isOwned({ uid }: Stats, trust: Trust): boolean {
  return uid === 0 || uid === trust.uid;
}

/** Who else may change a file, as a phrase; null if nobody. */
function whoElse(stats: Stats, trust: Trust): string | null {
  if (!isOwned(stats, trust)) return `belongs to ${trust.nameOf(stats.uid)}`;
  if ((stats.mode & OTHERS_WRITE) !== 0) return 'may be changed by everyone';
  if ((stats.mode & GROUP_WRITES) !== 0 && !trust.isOwnGroup(stats.gid)) return 'may be changed by its group';
  return null;
}

/** Whether a path without links leads to the same file for a process with this root directory: mounts may differ. */
export function isSeenBy(root: number, { path, stats }: Found): boolean {
  try {
    const seen = statSync(`/proc/self/fd/${root}${path}`);
    return seen.dev === stats.dev && seen.ino === stats.ino;
  } catch {
    return false;
  }
}
