import type { MemoryReading } from '../../snapshot.ts';
import { readBytes, readChunks, type Unread } from './files.ts';
import { type MemoryFigures, parseRollup, parseStatm, SmapsSum } from './parsers/memory.ts';

/** Bytes: smaps of a process with 10,000 mappings. A longer one would take a second to read, and is not. */
const LARGEST_SMAPS = 8 * 1024 * 1024;

const CHUNK = 64 * 1024;

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

  /** The exact figures. `denied`: this user may not read them. `huge`: that would take too long. `gone`: there are none any more. */
  read(pid: number): MemoryReading | Unread | 'huge' {
    const figures = this.#figures(`${this.#root}/${pid}`);
    return typeof figures === 'string' ? figures : { ...figures, quality: 'exact', fresh: true };
  }

  /** What everyone may read tells at least this: pages that are no file's and not shared memory. */
  estimate(pid: number): MemoryReading | Unread {
    const bytes = readBytes(`${this.#root}/${pid}/statm`);
    if (typeof bytes === 'string') return bytes;
    const pages = parseStatm(bytes.toString('latin1'));
    if (pages === null) return 'gone';
    const own = Math.max(0, pages.resident - pages.shared) * this.#pageSize;
    const rss = pages.resident * this.#pageSize;
    const unknown = { file: null, shmem: null };
    return { rss, pss: own, uss: own, anon: own, ...unknown, frees: own, swap: null, quality: 'estimate', fresh: true };
  }

  #figures(folder: string): MemoryFigures | Unread | 'huge' {
    if (this.#rollup) {
      const bytes = readBytes(`${folder}/smaps_rollup`);
      if (bytes !== 'gone') return bytes === 'denied' ? bytes : (parseRollup(bytes.toString('latin1')) ?? 'gone');
    }
    // Either it has vanished, or this kernel has no rollup.
    const figures = sumOf(`${folder}/smaps`);
    if (figures !== 'gone' && figures !== 'denied') this.#rollup = false;
    return figures;
  }
}

function sumOf(path: string): MemoryFigures | Unread | 'huge' {
  const sum = new SmapsSum();
  const chunks = readChunks(path, CHUNK);
  let length = 0;
  for (;;) {
    const { done, value } = chunks.next();
    if (done) return value ?? sum.end() ?? 'gone';
    length += value.length;
    if (length > LARGEST_SMAPS) {
      chunks.return(null);
      return 'huge';
    }
    sum.add(value);
  }
}
