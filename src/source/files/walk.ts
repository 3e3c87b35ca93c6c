import { closeSync, constants, fstatSync, openSync, readlinkSync } from 'node:fs';
import type { Answer } from './files.ts';
import { type MountedFiles, type Mounts, mountOf } from './mounts.ts';

/** Parts of a path: a project lies no deeper, and each part costs a look. */
const DEEPEST = 255;

/** Links that one path may lead through, as in Linux (path_resolution(7)). */
const MOST_LINKS = 40;

/** Descriptors of directories that are kept while one batch is answered. */
const MOST_KEPT = 200;

/** Linux's flag for a descriptor that names a file and has not opened it (open(2)); not among Node's constants. */
const O_PATH = 0o10000000;

/** Which mounts may be touched. */
export interface Bounds {
  readonly mounts: Mounts;
  /** Devices of mounts that do not answer. */
  readonly avoid: ReadonlySet<string>;
  readonly localOnly: boolean;
  /** SelfReport before another mount is touched for the first time. */
  enter(mount: MountedFiles): void;
}

/** What a path leads to, links followed: a descriptor that names it, closed by the walker. */
export interface Place {
  readonly descriptor: number;
  readonly directory: boolean;
  readonly file: boolean;
  /** Without links. */
  readonly path: string;
}

/**
 * Follows paths part by part, and opens nothing on the way. The kernel would follow them by itself, and wait for whatever lies there;
 * this way each mount is known before it is touched, links end within the root they were found in, and what lies at the
 * end is seen before it is opened.
 */
export class Walker {
  readonly #root: number;
  readonly #bounds: Bounds;
  readonly #directories = new Map<string, number>();
  readonly #opened: number[] = [];
  #entered: MountedFiles | null = null;

  /**
   * @param root a directory whose paths these are
   * @throws errors of open(2)
   */
  constructor(root: string, bounds: Bounds) {
    this.#bounds = bounds;
    this.#root = openSync(root, O_PATH | constants.O_DIRECTORY);
  }

  /** @throws errors of open(2) and readlink(2) */
  find(path: string): Place | Answer {
    if (this.#opened.length > MOST_KEPT) this.#forget();
    const rest = path.split('/').reverse();
    if (rest.length > DEEPEST) return { status: 'unknown', mount: null };
    let at = '';
    let links = 0;
    let place = this.#directory('');
    for (let part = rest.pop(); part !== undefined; part = rest.pop()) {
      if (part === '' || part === '.') continue;
      if (place.status !== 'found') return place;
      if (!place.directory) return { status: 'absent' };
      if (part === '..') {
        at = at.slice(0, Math.max(0, at.lastIndexOf('/')));
        place = this.#directory(at);
        continue;
      }
      const next = `${at}/${part}`;
      const step = this.#step(place, next, part);
      if (step.status !== 'link') {
        at = next;
        place = step;
        continue;
      }
      links += 1;
      const target = readlinkSync(`/proc/self/fd/${place.descriptor}/${part}`);
      if (links > MOST_LINKS || target.length > 4096) return { status: 'absent' };
      rest.push(...target.split('/').reverse());
      if (rest.length > DEEPEST) return { status: 'unknown', mount: null };
      if (target.startsWith('/')) {
        at = '';
        place = this.#directory('');
      }
    }
    if (place.status !== 'found') return place;
    const { descriptor, directory, file } = place;
    // To read a directory of autofs, or to ask for a name in it, is to have it mounted.
    if (mountOf(at || '/', this.#bounds.mounts)?.kind === 'trigger') return { status: 'unknown', mount: null };
    return { descriptor, directory, file, path: at || '/' };
  }

  /** Whether something is mounted there: it is not to be touched for being asked whether it is there. */
  isMount(path: string): boolean {
    return this.#bounds.mounts.has(path);
  }

  close(): void {
    this.#forget();
    closeSync(this.#root);
  }

  #forget(): void {
    for (const descriptor of this.#opened.splice(0)) closeSync(descriptor);
    this.#directories.clear();
  }

  /** Of a path without links. */
  #directory(path: string): Found | Answer {
    if (path === '')
      return this.#touch('/') ?? { status: 'found', descriptor: this.#root, directory: true, file: false };
    const slash = path.lastIndexOf('/');
    const above = this.#directory(path.slice(0, slash));
    if (above.status !== 'found') return above;
    if (!above.directory) return { status: 'absent' };
    const step = this.#step(above, path, path.slice(slash + 1));
    return step.status === 'link' ? { status: 'absent' } : step;
  }

  #step(above: Found, path: string, part: string): Found | Answer | Link {
    const refused = this.#touch(path);
    if (refused !== null) return refused;
    const known = this.#directories.get(path);
    if (known !== undefined) return { status: 'found', descriptor: known, directory: true, file: false };
    const descriptor = openSync(`/proc/self/fd/${above.descriptor}/${part}`, O_PATH | constants.O_NOFOLLOW);
    this.#opened.push(descriptor);
    const about = fstatSync(descriptor);
    if (about.isSymbolicLink()) return { status: 'link' };
    if (about.isDirectory()) this.#directories.set(path, descriptor);
    return { status: 'found', descriptor, directory: about.isDirectory(), file: about.isFile() };
  }

  /** Null where the mount of a path may be touched. */
  #touch(path: string): Answer | null {
    const { mounts, avoid, localOnly, enter } = this.#bounds;
    const mount = mountOf(path, mounts);
    if (mount === null || mount === this.#entered) return null;
    if (mount.kind === 'kernel') return { status: 'absent' };
    // What is mounted below it is reached, and nothing is made to be mounted.
    if (mount.kind === 'trigger') return mount.point === path ? null : { status: 'unknown', mount: null };
    const { device, point } = mount;
    if (avoid.has(device)) return { status: 'unknown', mount: { device, point } };
    if (localOnly && mount.kind === 'remote') return { status: 'unknown', mount: null };
    this.#entered = mount;
    enter(mount);
    return null;
  }
}

interface Found {
  readonly status: 'found';
  readonly descriptor: number;
  readonly directory: boolean;
  readonly file: boolean;
}

interface Link {
  readonly status: 'link';
}
