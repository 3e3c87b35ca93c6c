import { closeSync, constants, fstatSync, openSync, readlinkSync } from 'node:fs';
import type { Answer } from './files.ts';
import { type MountedFiles, type Mounts, mountOf } from './mounts.ts';

/** Most parts of a path: no project lies deeper, and each part costs system calls. */
const DEEPEST = 255;

/** Most links on one path, as in Linux (path_resolution(7)). */
const MOST_LINKS = 40;

/** Descriptors of directories that are kept while one batch is answered. */
const MOST_KEPT = 200;

/** Flag of open(2) for a descriptor that names a file without opening it. Node has no constant for it. */
const O_PATH = 0o10000000;

/** Which mounts may be touched. */
export interface Bounds {
  readonly mounts: Mounts;
  /** Devices of mounts that do not answer. */
  readonly avoid: ReadonlySet<string>;
  readonly localOnly: boolean;
  /** Called before another mount is touched for the first time. */
  enter(mount: MountedFiles): void;
}

/** Where a path leads after links: a descriptor that names it. The walker closes it. */
export interface Place {
  readonly descriptor: number;
  readonly directory: boolean;
  readonly file: boolean;
  /** The path without links. */
  readonly path: string;
}

/**
 * Follows paths part by part and opens nothing on the way. The kernel would follow them at once and wait for whatever
 * lies there. This way, each mount is known before it is touched, links stay within their root, and the type of the
 * file is known before it is opened.
 */
export class Walker {
  readonly #root: number;
  readonly #bounds: Bounds;
  readonly #directories = new Map<string, number>();
  readonly #opened: number[] = [];
  #entered: MountedFiles | null = null;

  /**
   * @param root the directory that `/` stands for
   * @throws errors of open(2)
   */
  constructor(root: string, bounds: Bounds) {
    this.#bounds = bounds;
    this.#root = openSync(root, O_PATH | constants.O_DIRECTORY);
  }

  /**
   * Follows a path.
   * @throws errors of open(2) and readlink(2)
   */
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
    // Reading a directory of autofs, or looking up a name in it, mounts what it names.
    if (mountOf(at || '/', this.#bounds.mounts)?.kind === 'trigger') return { status: 'unknown', mount: null };
    return { descriptor, directory, file, path: at || '/' };
  }

  /** Whether something is mounted there. Such an entry exists and need not be touched. */
  isMount(path: string): boolean {
    return this.#bounds.mounts.has(path);
  }

  /** Whether a path without links lies on this machine's own disks or in its memory. */
  isLocal(path: string): boolean {
    return mountOf(path, this.#bounds.mounts)?.kind === 'local';
  }

  close(): void {
    this.#forget();
    closeSync(this.#root);
  }

  #forget(): void {
    for (const descriptor of this.#opened.splice(0)) closeSync(descriptor);
    this.#directories.clear();
  }

  /**
   * Opens a directory.
   * @param path without links
   */
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

  /**
   * Checks that the mount of a path may be touched.
   * @returns the answer if not; null if it may
   */
  #touch(path: string): Answer | null {
    const { mounts, avoid, localOnly, enter } = this.#bounds;
    const mount = mountOf(path, mounts);
    if (mount === null || mount === this.#entered) return null;
    if (mount.kind === 'kernel') return { status: 'absent' };
    // The directory itself may be opened; a lookup in it would mount something.
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
