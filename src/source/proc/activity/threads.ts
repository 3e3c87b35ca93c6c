import type { ActivityRule } from '../../../probes.ts';
import type { ActivityFiles, KernelFile } from './activity-files.ts';

/** A new thread may still set its name for this many seconds. */
const NAMING = 5;

/** A thread of a worker. */
export interface Thread {
  readonly tid: number;
  /** Its `syscall`. */
  readonly file: KernelFile;
  readonly isMain: boolean;
  name: string;
  /** Seconds since boot when it was first seen. */
  readonly since: number;
  /** Whether it was seen idle, as the app's own threads never are. */
  wasIdle: boolean;
}

/** The threads of one process, which are listed anew when their number changes. */
export class Threads {
  readonly #folder: string;
  readonly #pid: number;
  readonly #files: ActivityFiles;
  readonly #known = new Map<number, Thread>();
  /** How many there were when they were listed. */
  #counted = 0;

  /** @param folder of the process in the proc tree */
  constructor(folder: string, pid: number, files: ActivityFiles) {
    this.#files = files;
    this.#folder = folder;
    this.#pid = pid;
  }

  /**
   * Those that a rule looks at.
   * @param count how many the process has
   * @param now seconds since boot
   */
  of(rule: ActivityRule, count: number, now: number): readonly Thread[] {
    if (rule.by !== 'threads') {
      if (this.#known.size === 0) this.#add(this.#pid, this.#folder, now);
      return [...this.#known.values()];
    }
    const folder = `${this.#folder}/task`;
    if (this.#counted !== count) {
      const tids = new Set((this.#files.list(folder) ?? []).map(Number));
      for (const thread of this.#known.values()) if (!tids.has(thread.tid)) this.ended(thread);
      for (const tid of tids) if (!this.#known.has(tid)) this.#add(tid, `${folder}/${tid}`, now);
      this.#counted = count;
    }
    const threads = [...this.#known.values()];
    for (const thread of threads)
      if (now - thread.since < NAMING) thread.name = this.#nameOf(`${folder}/${thread.tid}`);
    return threads.filter(({ name, isMain }) => rule.pool(name, isMain));
  }

  /** To be called when it could not be read any more. */
  ended({ tid, file }: Thread): void {
    file.close();
    this.#known.delete(tid);
    this.#counted = 0;
  }

  close(): void {
    for (const { file } of this.#known.values()) file.close();
  }

  #add(tid: number, folder: string, now: number): void {
    const isMain = tid === this.#pid;
    const file = this.#files.keep(`${folder}/syscall`);
    this.#known.set(tid, { tid, file, isMain, name: isMain ? '' : this.#nameOf(folder), since: now, wasIdle: false });
  }

  #nameOf(folder: string): string {
    return (this.#files.text(`${folder}/comm`) ?? '').trimEnd();
  }
}
