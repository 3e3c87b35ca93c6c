import type { MemoryReading } from '../../snapshot.ts';
import type { ReadFailure } from './files.ts';
import { type MemoryFigures, parseRollup, parseStatm, parseUnshared, SmapsSum } from './parsers/memory.ts';
import type { ProcTree } from './tree.ts';

/** Bytes of smaps with 10,000 mappings. A longer file is not read: it would take a second. */
const LARGEST_SMAPS = 8 * 1024 * 1024;

const CHUNK = 64 * 1024;

/** Bytes of shared memory from which its mappings are read one by one. */
const WORTH_READING = 4 * 1024 * 1024;

/** Reads PSS and USS if the kernel permits, and estimates them otherwise. */
export class MemoryReader {
  readonly #tree: ProcTree;
  readonly #pageSize: number;
  /** False once smaps_rollup was missing: Linux before 4.14. */
  #rollup = true;

  constructor(tree: ProcTree, pageSize: number) {
    this.#tree = tree;
    this.#pageSize = pageSize;
  }

  /**
   * The exact figures, or why there are none. `denied`: this user may not read them. `huge`: reading would take too
   * long. `held`: reading might block. `missing`: the process has no memory any more.
   */
  read(pid: number, parent: number): MemoryReading | ReadFailure | 'huge' {
    const figures = this.#figures(pid);
    if (typeof figures === 'string') return figures;
    const unshared = this.#unshared(pid, parent, figures);
    const frees = unshared === null ? null : figures.frees + unshared;
    return { ...figures, frees, quality: 'exact', fresh: true };
  }

  /**
   * Bytes of shared memory that are freed when a process ends: it alone maps them, and its parent, which would pass
   * them on, does not. Most processes have next to none; then nothing more is read. Null if that would take too long.
   */
  #unshared(pid: number, parent: number, { uss, privateHuge, frees, shmem }: MemoryFigures): number | null {
    if (Math.min(uss - privateHuge - frees, shmem ?? 0) < WORTH_READING) return 0;
    const smaps = this.#tree.whole(`${pid}/smaps`, LARGEST_SMAPS);
    if (smaps === 'huge' || smaps === 'held') return null;
    const all = typeof smaps === 'string' ? [] : parseUnshared(smaps.toString('latin1'));
    if (all.length === 0) return 0;
    const maps = this.#tree.whole(`${parent}/maps`, LARGEST_SMAPS);
    if (maps === 'huge' || maps === 'held') return null;
    if (typeof maps === 'string') return 0;
    const parents = maps.toString('latin1');
    const own = all.filter(({ inode }) => !parents.includes(` ${inode} `));
    return own.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /**
   * Tells the tree whose memory is read next.
   * @param mayRead whether more than an estimate is tried
   * @param wasExact whether that went well before: then no estimate will be needed
   */
  expect(processes: readonly { readonly pid: number; readonly mayRead: boolean; readonly wasExact: boolean }[]): void {
    this.#tree.expect(
      processes.flatMap(({ pid, mayRead, wasExact }) => [
        ...(mayRead ? [`${pid}/smaps_rollup`] : []),
        ...(mayRead && wasExact ? [] : [`${pid}/statm`]),
      ]),
    );
  }

  /** How many processes may be read within a budget of seconds. */
  mostWithin(budget: number): number {
    return this.#tree.mostWithin(budget);
  }

  /** An estimate from what every user may read: resident pages that belong to no file or shared memory. */
  estimate(pid: number): MemoryReading | ReadFailure {
    const bytes = this.#tree.bytes(`${pid}/statm`);
    if (typeof bytes === 'string') return bytes;
    const pages = parseStatm(bytes.toString('latin1'));
    if (pages === null) return 'missing';
    const own = Math.max(0, pages.resident - pages.shared) * this.#pageSize;
    const rss = pages.resident * this.#pageSize;
    const unknown = { file: null, shmem: null };
    return { rss, pss: own, uss: own, anon: own, ...unknown, frees: own, swap: null, quality: 'estimate', fresh: true };
  }

  #figures(pid: number): MemoryFigures | ReadFailure | 'huge' {
    if (this.#rollup) {
      const bytes = this.#tree.bytes(`${pid}/smaps_rollup`);
      if (bytes === 'denied' || bytes === 'held') return bytes;
      if (bytes !== 'missing') return parseRollup(bytes.toString('latin1')) ?? 'missing';
    }
    // Either the process has ended, or this kernel has no smaps_rollup.
    const figures = sumOf(this.#tree.chunks(`${pid}/smaps`, CHUNK));
    if (typeof figures !== 'string' || figures === 'huge') this.#rollup = false;
    return figures;
  }
}

function sumOf(chunks: Generator<string, ReadFailure | null>): MemoryFigures | ReadFailure | 'huge' {
  const sum = new SmapsSum();
  let length = 0;
  for (;;) {
    const { done, value } = chunks.next();
    if (done) return value ?? sum.end() ?? 'missing';
    length += value.length;
    if (length > LARGEST_SMAPS) {
      chunks.return(null);
      return 'huge';
    }
    sum.add(value);
  }
}
