import type { ActivityRule } from '../../../probes.ts';
import type { ActivityFiles, KernelFile } from './activity-files.ts';

/** Seconds for which a new thread may still set its name. */
const NAMING = 5;

/** A thread of a worker. */
export interface Thread {
  readonly tid: number;
  /** Its file `syscall`. */
  readonly file: KernelFile;
  readonly isMain: boolean;
  name: string;
  /** When it was first seen, in seconds since boot. */
  readonly since: number;
  /** Whether it was seen idle. The app's own threads never are. */
  wasIdle: boolean;
}

/** Lists the threads of one process, again whenever their number changes. */
export class Threads {
  readonly #folder: string;
  readonly #pid: number;
  readonly #files: ActivityFiles;
  readonly #known = new Map<number, Thread>();
  /** Number of threads at the last listing. */
  #counted = 0;

  /** @param folder of the process in the proc tree */
  constructor(folder: string, pid: number, files: ActivityFiles) {
    this.#files = files;
    this.#folder = folder;
    this.#pid = pid;
  }

  /** The threads that a rule looks at. @param count number of threads of the process @param now seconds since boot */
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

  /** Forgets a thread whose file cannot be read any more. */
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
