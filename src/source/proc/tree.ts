import type { AskedActivity } from './activity/activity-files.ts';
import type { ReadFailure } from './files.ts';
import type { Stat } from './parsers/stat.ts';

/** `stat` of all processes. */
export interface StatScan {
  /**
   * Calls `each` for every process, with the same object as last time if nothing has changed.
   * @param mayRest which processes may be read less often while they are idle
   * @throws Error if the directory cannot be read
   */
  scan(each: (pid: number, stat: Stat) => void, mayRest?: (pid: number) => boolean): void;
  close(): void;
}

/**
 * A proc tree: this machine's, a folder laid out like one, or another machine's. Names are relative to it, such as
 * `42/status`; those that begin with a slash are files of the kernel beside it, such as `/sys/fs/cgroup/memory.max`.
 *
 * Readers are plain functions. On another machine a file may not have come yet: then a reader throws, and `settle` runs
 * it again once the file is there. So a reader keeps nothing before it has read everything.
 */
export interface ProcTree {
  /** Its path, for messages. */
  readonly root: string;
  /** Whether files can be opened by their path here, as the readers of activity do. */
  readonly opens: boolean;
  /** Whether it is this machine's own. Only its sockets can be connected to. */
  readonly isOwn: boolean;
  /** Whether it is the kernel's, not a copy. */
  readonly isKernels: boolean;
  /** Whether the reader has root's rights there. */
  readonly isRoot: boolean;
  /** The sys tree that belongs to it. */
  readonly sys: string;
  /** The machine's architecture, as Node calls it; null if unknown. */
  readonly architecture: string | null;
  /** The pid of the reader there; null if it has none. */
  readonly self: number | null;
  readonly stats: StatScan;
  /** What tells of the activity of another machine's processes; null if it is read here, or cannot be. */
  readonly activity: AskedActivity | null;
  /** Announces the files that a reader is about to read, so that they can be fetched together. */
  expect(names: readonly string[]): void;
  /** The first `limit` bytes of a file. The buffer is valid until the next read. */
  bytes(name: string, limit?: number): Buffer | ReadFailure;
  /** A whole file; `huge` if it has more than `limit` bytes. The buffer is valid until the next read. */
  whole(name: string, limit: number): Buffer | ReadFailure | 'huge';
  /** A file's text; null if it does not exist or may not be read. */
  text(name: string, limit?: number): string | null;
  /** A whole file's text; null also if it has more than `limit` bytes. */
  wholeText(name: string, limit: number): string | null;
  /** A file's text in parts, for a reader that may stop early. Returns why it cannot be read; null at its end. */
  chunks(name: string, size: number): Generator<string, ReadFailure | null>;
  /** The target of a link; null if it does not exist or may not be read. */
  link(name: string): string | null;
  /** The entries of a directory; null if it does not exist or may not be read. */
  list(name: string): readonly string[] | null;
  /**
   * Most processes whose memory may be read within a budget of seconds. Infinity if the reader measures the time
   * itself.
   */
  mostWithin(budget: number): number;
  /** Begins a reading: files that change all the time are read anew. */
  begin(): void | Promise<void>;
  /** Runs a reader, again if needed, until every file that it reads is there. */
  settle<Result>(read: () => Result): Result | Promise<Result>;
  close(): void;
}
