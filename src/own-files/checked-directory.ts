import { closeSync, constants, fstatSync, lstatSync, mkdirSync, openSync, readlinkSync, type Stats } from 'node:fs';
import { resolve } from 'node:path';

/** Flag of open(2) for a descriptor that names a file without the right to read it. Node has no constant for it. */
const O_PATH = process.platform === 'linux' ? 0o10000000 : constants.O_RDONLY;
const OPEN = O_PATH | constants.O_DIRECTORY | constants.O_NOFOLLOW;

/** Mode bits (chmod(1)): the group may write; others may write; only owners remove their files. */
const GROUP_WRITES = 0o020;
const OTHERS_WRITE = 0o002;
const STICKY = 0o1000;

/** More links than this on one path are a cycle (path_resolution(7)). */
const MOST_LINKS = 40;

/** The last parts of a state directory, `.local/state/workertop`, must not be links. */
const OWN_PARTS = 3;

/** A path that somebody else may have chosen. */
export class UnsafePath extends Error {
  override readonly name = 'UnsafePath';
}

export interface Directory {
  /** The caller closes it. */
  readonly descriptor: number;
  readonly path: string;
  readonly stats: Stats;
}

/** workertop's own user id. */
export function self(): number {
  return process.geteuid?.() ?? -1;
}

/**
 * `ours`: every part belongs to us or to root, nobody else may write to it, and the last part is ours; missing parts
 * are made. `found`: the same, and nothing is made. `named`: the user named it; links are followed unless somebody else
 * may have made them.
 */
type Rule = 'ours' | 'found' | 'named';

/**
 * Opens a directory part by part, so that nobody can exchange a part between check and use.
 * @throws UnsafePath, or the system's error
 */
export function checkedDirectory(path: string, rule: Rule): Directory {
  let parts = partsOf(path);
  let directory = openPart('/');
  let links = 0;
  try {
    while (parts.length > 0) {
      const [name = '', ...rest] = parts;
      const target = linkIn(directory, name);
      if (target !== null) {
        const inside = `${directory.path === '/' ? '' : directory.path}/${name}`;
        links += 1;
        if (links > MOST_LINKS) throw new UnsafePath(`${path} leads in a circle`);
        if (target.foreign || mayBeChangedByOthers(directory.stats)) throw new UnsafePath(`${inside} is a link`);
        if (rule !== 'named' && parts.length <= OWN_PARTS) throw new UnsafePath(`${inside} is a link`);
        parts = [...partsOf(resolve(directory.path, target.to)), ...rest];
        directory = replaced(directory, openPart('/'));
        continue;
      }
      directory = replaced(directory, enter(directory, name, rule, rest.length === 0));
      parts = rest;
    }
    return directory;
  } catch (error) {
    closeSync(directory.descriptor);
    throw error;
  }
}

function partsOf(path: string): readonly string[] {
  return resolve(path).split('/').filter(Boolean);
}

function replaced(before: Directory, after: Directory): Directory {
  closeSync(before.descriptor);
  return after;
}

function enter(parent: Directory, name: string, rule: Rule, isLast: boolean): Directory {
  const path = `${parent.path === '/' ? '' : parent.path}/${name}`;
  if (rule === 'ours') make(within(parent, name));
  const directory = openPart(within(parent, name), path);
  if (rule === 'named') return directory;
  const { uid } = directory.stats;
  if (uid !== self() && (isLast || uid !== 0)) {
    closeSync(directory.descriptor);
    throw new UnsafePath(`${path} belongs to another user`);
  }
  // The caller makes the last part private.
  if (!isLast && mayBeChangedByOthers(directory.stats) && !isSticky(directory.stats)) {
    closeSync(directory.descriptor);
    throw new UnsafePath(`${path} may be written to by others`);
  }
  return directory;
}

function openPart(real: string, path = real): Directory {
  const descriptor = openSync(real, OPEN);
  return { descriptor, path, stats: fstatSync(descriptor) };
}

function make(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    // It is checked when it is opened. If it could not be made, opening fails.
    if (!(error instanceof Error)) throw error;
  }
}

/** The path of a name in an open directory, even if that has moved (proc_pid_fd(5)). Outside Linux, the plain path. */
export function within({ descriptor, path }: Directory, name: string): string {
  return process.platform === 'linux' ? `/proc/self/fd/${descriptor}/${name}` : `${path}/${name}`;
}

/** The target of a link, and whether somebody other than root and us made it; null if it is not a link. */
function linkIn(directory: Directory, name: string): { readonly to: string; readonly foreign: boolean } | null {
  const path = within(directory, name);
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats?.isSymbolicLink() !== true) return null;
  return { to: readlinkSync(path), foreign: stats.uid !== 0 && stats.uid !== self() };
}

/** Whether somebody other than root and us owns a directory or may add files to it. */
export function mayBeChangedByOthers({ uid, gid, mode }: Stats): boolean {
  if (uid !== 0 && uid !== self()) return true;
  const group = (mode & GROUP_WRITES) !== 0 && gid !== 0 && gid !== process.getegid?.();
  return group || (mode & OTHERS_WRITE) !== 0;
}

function isSticky({ mode }: Stats): boolean {
  return (mode & STICKY) !== 0;
}
