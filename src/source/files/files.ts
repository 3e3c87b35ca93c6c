/**
 * How files that are not the kernel's own are read: below users' directories, in containers, on any mount.
 *
 * Nobody reads such a file at once. A caller looks into a `FileView` (known-files.ts), which holds the answers known so far.
 * What is missing there is asked of a `FileAnswerer`, and the caller looks again once an answer has come. Callers stay plain
 * functions: `findVirtualenv(traces, view)`. A source for another machine implements `FileAnswerer` alone: requests that are made
 * in one go belong in one message, only the lines and names asked for need to cross, and every request gets an answer in bounded
 * time, `unknown` if need be.
 */

/** Whose rights a file is read with. Nobody's secret is shown to a stranger because root looked. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
  readonly groups: readonly number[];
}

/** From where a process sees its files. */
export interface Viewpoint {
  /** Equal for processes that see the same files with the same rights. */
  readonly key: string;
  /** Null: with the rights that workertop has itself. */
  readonly owner: Owner | null;
  /** The process's directory in the proc tree, where it has another root than workertop; else null. */
  readonly process: string | null;
}

/** Paths are absolute. */
export type Question =
  /** The lines of a regular file that match, of its first `limit` bytes. */
  | { readonly kind: 'lines'; readonly path: string; readonly wanted: RegExp; readonly limit: number }
  /** Those of the names that are in a directory. */
  | { readonly kind: 'names'; readonly path: string; readonly names: readonly string[] }
  /** The names in a directory that match a pattern with `*` and `?`, of its first `MOST_ENTRIES`. */
  | { readonly kind: 'entries'; readonly path: string; readonly glob: string }
  /** Where a path leads to, links followed: its path without links, and the device and inode that it is, as `device:inode`. */
  | { readonly kind: 'place'; readonly path: string }
  /**
   * Texts of a JSON file that has at most `limit` bytes: each by the names that lead to it, and empty where there is none. In a list,
   * `id=TEXT` leads to the member that has this id.
   */
  | {
      readonly kind: 'json';
      readonly path: string;
      readonly members: readonly (readonly string[])[];
      readonly limit: number;
    };

/** Entries of one directory that are looked at: more is no place where a person keeps configuration or packages. */
export const MOST_ENTRIES = 20_000;

export type Answer =
  | { readonly status: 'value'; readonly value: readonly string[] }
  /** It is not there, or is no regular file or directory where one was asked for. */
  | { readonly status: 'absent' }
  | { readonly status: 'denied' }
  /** It cannot be told; with the mount that does not answer, where that is why. */
  | { readonly status: 'unknown'; readonly mount: Mount | null };

/** A mounted file system (`/proc/PID/mountinfo`, proc_pid_mountinfo(5)). */
export interface Mount {
  /** `major:minor`: one file system, wherever it is mounted. */
  readonly device: string;
  /** The directory that it is mounted on. */
  readonly point: string;
}

export interface FileAnswerer {
  /** Never rejects. Requests that are made in one go travel together. */
  ask(viewpoint: Viewpoint, question: Question): Promise<Answer>;
  /** Devices of the mounts that do not answer at present, with the directories they are mounted on. */
  readonly silent: ReadonlyMap<string, string>;
  /** Gives back what it holds, and waits for nothing. */
  close(): void;
}
