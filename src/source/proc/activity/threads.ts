import type { ActivityRule } from '../../../probes.ts';
import type { Doing } from '../../../snapshot.ts';
import type { ActivityFiles, KernelFile } from './activity-files.ts';
import { LastCall } from './last-call.ts';

/** Seconds for which a new thread may still set its name. */
const NAMING = 5;

/** The place in its program where a thread sleeps without a timeout. */
export type Place = number;

/** A thread of a worker. */
export interface Thread {
  readonly tid: number;
  /** Its file `syscall`. */
  readonly file: KernelFile;
  readonly isMain: boolean;
  readonly last: LastCall;
  /** What it does now. */
  does: Doing | Place;
  name: string;
  /** When it was first seen, in seconds since boot. */
  readonly since: number;
  /** Whether it was seen idle. The app's own threads never are. */
  wasIdle: boolean;
}

type Pool = Extract<ActivityRule, { by: 'threads' }>['pool'];

const everyThread: Pool = () => true;

/** Lists the threads of one process, again whenever their number changes. */
export class Threads {
  readonly #folder: string;
  readonly #pid: number;
  readonly #files: ActivityFiles;
  readonly #known = new Map<number, Thread>();
  /** Number of threads at the last listing. */
  #counted = 0;
  /** Those of a pool; null if one has come, gone or changed its name since. */
  #chosen: { readonly pool: Pool; readonly threads: readonly Thread[] } | null = null;
  /** Seconds since boot until which threads may still set their names. */
  #namedAt = Number.NEGATIVE_INFINITY;

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
      return this.#choose(everyThread);
    }
    const folder = `${this.#folder}/task`;
    if (this.#counted !== count) {
      const tids = new Set((this.#files.list(folder) ?? []).map(Number));
      for (const thread of this.#known.values()) if (!tids.has(thread.tid)) this.ended(thread);
      for (const tid of tids) if (!this.#known.has(tid)) this.#add(tid, `${folder}/${tid}`, now);
      this.#counted = count;
      this.#chosen = null;
    }
    if (now < this.#namedAt) this.#nameAnew(folder, now);
    return this.#choose(rule.pool);
  }

  #choose(pool: Pool): readonly Thread[] {
    if (this.#chosen?.pool !== pool) {
      const threads = [...this.#known.values()].filter(({ name, isMain }) => pool(name, isMain));
      this.#chosen = { pool, threads };
    }
    return this.#chosen.threads;
  }

  #nameAnew(folder: string, now: number): void {
    for (const thread of this.#known.values())
      if (now - thread.since < NAMING) thread.name = this.#nameOf(`${folder}/${thread.tid}`);
    this.#chosen = null;
  }

  has({ tid }: Thread): boolean {
    return this.#known.has(tid);
  }

  /** Forgets a thread whose file cannot be read any more. */
  ended({ tid, file }: Thread): void {
    file.close();
    this.#known.delete(tid);
    this.#counted = 0;
    this.#chosen = null;
  }

  close(): void {
    for (const { file } of this.#known.values()) file.close();
  }

  #add(tid: number, folder: string, now: number): void {
    const isMain = tid === this.#pid;
    const file = this.#files.keep(`${folder}/syscall`);
    const name = isMain ? '' : this.#nameOf(folder);
    this.#chosen = null;
    const unseen = { does: 'unknown', wasIdle: false } as const;
    this.#known.set(tid, { tid, file, isMain, last: new LastCall(), name, since: now, ...unseen });
    this.#namedAt = now + NAMING;
  }

  #nameOf(folder: string): string {
    return (this.#files.text(`${folder}/comm`) ?? '').trimEnd();
  }
}
