import type { MemoryReading } from '../../snapshot.ts';
import { readBytes, type Unread } from './files.ts';
import { parseSmaps, parseStatm } from './parsers/memory.ts';

/** smaps of a process with thousands of mappings, where there is no rollup of it. */
const LARGEST_SMAPS = 32 * 1024 * 1024;

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

  /** The exact figures; `denied` when this user may not read them, `gone` when there are none any more. */
  read(pid: number): MemoryReading | Unread {
    const bytes = this.#bytes(pid);
    if (typeof bytes === 'string') return bytes;
    const figures = parseSmaps(bytes.toString('latin1'));
    return figures === null ? 'gone' : { ...figures, quality: 'exact', fresh: true };
  }

  /** What everyone may read tells at least this: pages that are no file's and not shared memory. */
  estimate(pid: number): MemoryReading | Unread {
    const bytes = readBytes(`${this.#root}/${pid}/statm`);
    if (typeof bytes === 'string') return bytes;
    const pages = parseStatm(bytes.toString('latin1'));
    if (pages === null) return 'gone';
    const own = Math.max(0, pages.resident - pages.shared) * this.#pageSize;
    const rss = pages.resident * this.#pageSize;
    return { rss, pss: own, uss: own, swap: null, quality: 'estimate', fresh: true };
  }

  #bytes(pid: number): Buffer | Unread {
    const folder = `${this.#root}/${pid}`;
    if (this.#rollup) {
      const bytes = readBytes(`${folder}/smaps_rollup`);
      if (bytes !== 'gone') return bytes;
    }
    // Either it has vanished, or this kernel has no rollup.
    const bytes = readBytes(`${folder}/smaps`, LARGEST_SMAPS);
    // Of a process that is just ending there is an empty one.
    if (typeof bytes === 'string' || bytes.length === 0) return bytes === 'denied' ? 'denied' : 'gone';
    this.#rollup = false;
    return bytes;
  }
}
