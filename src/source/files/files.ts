/**
 * How users' files are read: in users' directories, in containers, on any mount. Nobody reads such a file
 * synchronously. A caller looks into a `FileView` (known-files.ts), which holds the answers known so far. A missing
 * answer is requested from a `FileAnswerer`, and the caller looks again once it has come. So callers stay plain
 * functions: `findVirtualenv(traces, view)`. Every `FileAnswerer` sends requests made in one turn in one message,
 * returns only the requested lines and names, and answers each request in bounded time, with `unknown` at worst.
 */

/** Whose rights a file is read with. So a stranger's process never makes root read out another user's secret. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
  readonly groups: readonly number[];
}

/** The namespace and the rights with which a process sees files. */
export interface Viewpoint {
  /** Equal for processes that see the same files with the same rights. */
  readonly key: string;
  /** Null: workertop's own rights. */
  readonly owner: Owner | null;
  /** The process's directory in the proc tree if its root differs from workertop's; else null. */
  readonly process: string | null;
}

/** How a line continues: after a `\` at its end, or if the next one is indented. */
export type Continued = 'backslash' | 'indent';

/** A question about files. Paths are absolute. */
export type Question =
  /** Lines that match, of the first `limit` bytes of a regular file. */
  | {
      readonly kind: 'lines';
      readonly path: string;
      readonly wanted: RegExp;
      readonly limit: number;
      readonly continued?: Continued;
    }
  /** Which of these names a directory contains. */
  | { readonly kind: 'names'; readonly path: string; readonly names: readonly string[] }
  /** The names in a directory that match a pattern with `*` and `?`, of its first `MOST_ENTRIES` entries. */
  | { readonly kind: 'entries'; readonly path: string; readonly glob: string }
  /** Where a path leads with links followed: its path without links, and `device:inode`. */
  | { readonly kind: 'place'; readonly path: string }
  /**
   * The descriptors that an epoll waits for, by its file in a proc tree (`tfd` of proc_pid_fdinfo(5)). The kernel
   * blocks the reader while the process adds a file whose file system does not answer: ep_show_fdinfo takes the lock of
   * ep_insert. Not even SIGKILL ends that wait.
   */
  | { readonly kind: 'epoll'; readonly path: string }
  /**
   * When the newest file with a matching name was changed, in a directory and below, as milliseconds since 1970. Links,
   * other mounts, virtualenvs and installed packages are left out.
   */
  | { readonly kind: 'newest'; readonly path: string; readonly wanted: RegExp }
  /**
   * Texts of a JSON file of at most `limit` bytes, each found by the names that lead to it; empty where there is none.
   * In a list, `id=TEXT` leads to the member with this id.
   */
  | {
      readonly kind: 'json';
      readonly path: string;
      readonly members: readonly (readonly string[])[];
      readonly limit: number;
    };

/** Most entries of one directory that are looked at: nobody keeps configuration or packages in a larger one. */
export const MOST_ENTRIES = 20_000;

export type Answer =
  | { readonly status: 'value'; readonly value: readonly string[] }
  /** It does not exist, or is not a regular file or directory, whichever was asked for. */
  | { readonly status: 'absent' }
  | { readonly status: 'denied' }
  /** Nobody could find out. `mount`: the one that did not answer in time, if that is why. */
  | { readonly status: 'unknown'; readonly mount: Mount | null };

/** A mounted file system (`/proc/PID/mountinfo`, proc_pid_mountinfo(5)). */
export interface Mount {
  /** `major:minor`, the same for a file system wherever it is mounted. */
  readonly device: string;
  /** The directory that it is mounted on. */
  readonly point: string;
}

export interface FileAnswerer {
  /** Answers a question. Never rejects. Requests made in one turn travel together. */
  ask(viewpoint: Viewpoint, question: Question): Promise<Answer>;
  /** Mounts that do not answer at present: directory by device. */
  readonly silent: ReadonlyMap<string, string>;
  /** Releases everything, without waiting. */
  close(): void;
}
