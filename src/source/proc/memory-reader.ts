import type { MemoryReading } from '../../snapshot.ts';
import { type ReadFailure, readBytes, readChunks, readWhole } from './files.ts';
import { type MemoryFigures, parseRollup, parseStatm, parseUnshared, SmapsSum } from './parsers/memory.ts';

/** Bytes: smaps of a process with 10,000 mappings. A longer one would take a second to read, and is not. */
const LARGEST_SMAPS = 8 * 1024 * 1024;

const CHUNK = 64 * 1024;

/** Bytes of shared memory that are worth looking at mapping by mapping. */
const WORTH_READING = 4 * 1024 * 1024;

/** Reads PSS and USS where the kernel lets it, and estimates them elsewhere. */
export class MemoryReader {
  readonly #root: string;
  readonly #pageSize: number;
  /** Linux before 4.14 has no smaps_rollup. */
  #rollup = true;

  constructor(root: string, pageSize: number) {
    this.#root = root;
    this.#pageSize = pageSize;
  }

  /**
   * The exact figures, or why there are none. `denied`: this user may not read them. `huge`: that would take too long.
   * `gone`: it has no memory any more.
   */
  read(pid: number, parent: number): MemoryReading | ReadFailure | 'huge' {
    const figures = this.#figures(`${this.#root}/${pid}`);
    if (typeof figures === 'string') return figures;
    const frees = figures.frees + this.#unshared(pid, parent, figures);
    return { ...figures, frees, quality: 'exact', fresh: true };
  }

  /**
   * Bytes of shared memory that go with a process: it alone has them, and its parent, which would hand them on to others, has not.
   * Most processes have next to none, and for those nothing more is read.
   */
  #unshared(pid: number, parent: number, { uss, privateHuge, frees, shmem }: MemoryFigures): number {
    if (Math.min(uss - privateHuge - frees, shmem ?? 0) < WORTH_READING) return 0;
    const smaps = readWhole(`${this.#root}/${pid}/smaps`, LARGEST_SMAPS);
    const all = typeof smaps === 'string' ? [] : parseUnshared(smaps.toString('latin1'));
    if (all.length === 0) return 0;
    const maps = readWhole(`${this.#root}/${parent}/maps`, LARGEST_SMAPS);
    if (typeof maps === 'string') return 0;
    const parents = maps.toString('latin1');
    const own = all.filter(({ inode }) => !parents.includes(` ${inode} `));
    return own.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** What everyone may read tells at least this: pages that are no file's and not shared memory. */
  estimate(pid: number): MemoryReading | ReadFailure {
    const bytes = readBytes(`${this.#root}/${pid}/statm`);
    if (typeof bytes === 'string') return bytes;
    const pages = parseStatm(bytes.toString('latin1'));
    if (pages === null) return 'missing';
    const own = Math.max(0, pages.resident - pages.shared) * this.#pageSize;
    const rss = pages.resident * this.#pageSize;
    const unknown = { file: null, shmem: null };
    return { rss, pss: own, uss: own, anon: own, ...unknown, frees: own, swap: null, quality: 'estimate', fresh: true };
  }

  #figures(folder: string): MemoryFigures | ReadFailure | 'huge' {
    if (this.#rollup) {
      const bytes = readBytes(`${folder}/smaps_rollup`);
      if (bytes !== 'missing') return bytes === 'denied' ? bytes : (parseRollup(bytes.toString('latin1')) ?? 'missing');
    }
    // Either it has vanished, or this kernel has no rollup.
    const figures = sumOf(`${folder}/smaps`);
    if (figures !== 'missing' && figures !== 'denied') this.#rollup = false;
    return figures;
  }
}

function sumOf(path: string): MemoryFigures | ReadFailure | 'huge' {
  const sum = new SmapsSum();
  const chunks = readChunks(path, CHUNK);
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
