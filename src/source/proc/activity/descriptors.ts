import type { ActivityFiles } from './activity-files.ts';

/** Seconds for which a descriptor is assumed unchanged: servers keep their listeners and pipes for life. */
const LASTING = 20;

/** What a descriptor is, by its link in /proc/PID/fd (proc_pid_fd(5)). */
export type Opened =
  | { readonly type: 'socket' | 'pipe'; readonly inode: number }
  | { readonly type: 'file' | 'other' }
  | null;

const SOCKET = 'socket:[';
const PIPE = 'pipe:[';

/** The descriptors that an epoll waits for, by its file in `fdinfo`; null if unknown or not known yet. */
export type EpollTargets = (path: string, now: number) => readonly number[] | null;

/** Reads the descriptors of one process, and remembers some of them between readings. */
export class Descriptors {
  readonly #folder: string;
  readonly #epollTargets: EpollTargets;
  readonly #files: ActivityFiles;
  /** Descriptors that are wanted sockets or pipes, and when that was found, in seconds since boot. */
  readonly #requested = new Map<number, { readonly inode: number; readonly at: number }>();
  #pipes: { readonly inodes: ReadonlySet<number>; readonly at: number } | null = null;

  /** @param folder of the process in the proc tree */
  constructor(folder: string, epollTargets: EpollTargets, files: ActivityFiles) {
    this.#files = files;
    this.#folder = folder;
    this.#epollTargets = epollTargets;
  }

  /** What a descriptor is; null if it does not exist or may not be read. */
  opened(descriptor: number): Opened {
    const link = this.#files.link(`${this.#folder}/fd/${descriptor}`);
    if (link === null) return null;
    if (link.startsWith(SOCKET)) return { type: 'socket', inode: Number(link.slice(SOCKET.length, -1)) };
    if (link.startsWith(PIPE)) return { type: 'pipe', inode: Number(link.slice(PIPE.length, -1)) };
    return { type: link.startsWith('/') ? 'file' : 'other' };
  }

  /** Whether one of the descriptors is a socket or a pipe with one of these inodes. @param now seconds since boot */
  hasOneOf(descriptors: readonly number[], inodes: { has(inode: number): boolean }, now: number): boolean {
    for (const descriptor of descriptors) {
      const before = this.#requested.get(descriptor);
      if (before !== undefined && now - before.at < LASTING && inodes.has(before.inode)) return true;
    }
    for (const descriptor of descriptors) {
      const opened = this.opened(descriptor);
      if (opened === null || !('inode' in opened) || !inodes.has(opened.inode)) continue;
      this.#requested.set(descriptor, { inode: opened.inode, at: now });
      return true;
    }
    return false;
  }

  /** Whether an epoll waits for one of these sockets; null if unknown or not known yet. */
  epollHasOneOf(epoll: number, inodes: { has(inode: number): boolean }, now: number): boolean | null {
    const targets = this.#epollTargets(`${this.#folder}/fdinfo/${epoll}`, now);
    return targets === null ? null : this.hasOneOf(targets, inodes, now);
  }

  /** Inodes of the pipes of the process. */
  pipes(now: number): ReadonlySet<number> {
    if (this.#pipes !== null && now - this.#pipes.at < LASTING) return this.#pipes.inodes;
    const inodes = new Set<number>();
    for (const name of this.#files.list(`${this.#folder}/fd`) ?? []) {
      const opened = this.opened(Number(name));
      if (opened?.type === 'pipe') inodes.add(opened.inode);
    }
    this.#pipes = { inodes, at: now };
    return inodes;
  }
}
