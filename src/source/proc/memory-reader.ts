import type { MemoryReading } from '../../snapshot.ts';
import type { ReadFailure } from './files.ts';
import { type MemoryFigures, parseRollup, parseStatm, SmapsSum } from './parsers/memory.ts';
import { parseKernelMemory } from './parsers/status.ts';
import { parseSegments, parseUnshared, tmpfsDevices, type UnsharedMemory } from './parsers/unshared.ts';
import type { ProcTree } from './tree.ts';

/** Bytes of smaps with 10,000 mappings. A longer file is not read: it would take a second. */
const LARGEST_SMAPS = 8 * 1024 * 1024;

/** Bytes of some 10,000 mounts. */
const LARGEST_MOUNTINFO = 2 * 1024 * 1024;

const CHUNK = 64 * 1024;

/** Bytes of doubtful memory from which mappings are read one by one. */
const WORTH_READING = 4 * 1024 * 1024;

/** The fraction of what a process frees that may be wrong before its mappings are read. */
const TOLERATED = 0.05;

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
    const found = this.#figures(pid);
    if (typeof found === 'string') return found;
    const { unsure: _, ...figures } = found;
    const own = this.#frees(pid, parent, found);
    const frees = own === null ? null : own + this.#kernelMemory(pid);
    return { ...figures, frees, quality: 'exact', fresh: true };
  }

  /**
   * Bytes that only this process has, without the kernel's. Where smaps_rollup leaves it open what they are, the
   * mappings are read. Null if that would take too long.
   */
  #frees(pid: number, parent: number, { uss, privateHuge, frees, shmem, unsure }: MemoryFigures): number | null {
    const mayBeUnshared = Math.min(uss - privateHuge - frees, shmem ?? 0) >= WORTH_READING;
    if (!mayBeUnshared && unsure < Math.max(WORTH_READING, TOLERATED * frees)) return frees;
    const bytes = this.#tree.whole(`${pid}/smaps`, LARGEST_SMAPS);
    if (typeof bytes === 'string') return mayBeUnshared && (bytes === 'huge' || bytes === 'held') ? null : frees;
    const smaps = bytes.toString('latin1');
    const sum = new SmapsSum();
    sum.add(smaps);
    const own = sum.end()?.frees ?? frees;
    const unshared = this.#unshared(pid, parent, smaps);
    return unshared === null ? null : own + unshared;
  }

  /**
   * Bytes of shared memory that are freed when a process ends: it alone maps them, and its parent, which would pass
   * them on, does not. Null if unknown.
   */
  #unshared(pid: number, parent: number, smaps: string): number | null {
    let devices: ReadonlySet<string> | null = null;
    const isTmpfs = (device: string) => {
      devices ??= tmpfsDevices(this.#tree.wholeText(`${pid}/mountinfo`, LARGEST_MOUNTINFO) ?? '');
      return devices.has(device);
    };
    const all = parseUnshared(smaps, isTmpfs);
    if (all.length === 0) return 0;
    const maps = this.#tree.whole(`${parent}/maps`, LARGEST_SMAPS);
    if (maps === 'huge' || maps === 'held') return null;
    if (typeof maps === 'string') return 0;
    const parents = maps.toString('latin1');
    const own = all.filter(({ inode }) => !parents.includes(` ${inode} `));
    const goes = own.some(({ isSegment }) => isSegment) ? this.#segments(pid) : new Map<string, boolean>();
    return own.reduce((sum: number | null, memory) => addUnshared(sum, memory, goes), 0);
  }

  /** Segments of shmget(2), and whether each goes with its last process. Empty if they are of another IPC namespace. */
  #segments(pid: number): ReadonlyMap<string, boolean> {
    const here = this.#tree.link('self/ns/ipc');
    const isHere = here !== null && here === this.#tree.link(`${pid}/ns/ipc`);
    return parseSegments(isHere ? (this.#tree.wholeText('sysvipc/shm', LARGEST_SMAPS) ?? '') : '');
  }

  /** Bytes of page tables and kernel stacks. Over a network they are not worth another file. */
  #kernelMemory(pid: number): number {
    return this.#tree.opens ? parseKernelMemory(this.#tree.text(`${pid}/status`) ?? '') : 0;
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
    let rolled: MemoryFigures | null = null;
    if (this.#rollup) {
      const bytes = this.#tree.bytes(`${pid}/smaps_rollup`);
      if (bytes === 'denied' || bytes === 'held') return bytes;
      rolled = bytes === 'missing' ? null : parseRollup(bytes.toString('latin1'));
      if (bytes !== 'missing' && rolled === null) return 'missing';
      if (rolled !== null && rolled.anon !== null) return rolled;
    }
    // Either the process has ended, or this kernel has no smaps_rollup (before 4.14), or none with parts (before 5.4).
    const figures = sumOf(this.#tree.chunks(`${pid}/smaps`, CHUNK));
    if (rolled !== null) return typeof figures === 'string' ? rolled : figures;
    if (typeof figures !== 'string' || figures === 'huge') this.#rollup = false;
    return figures;
  }
}

/** Adds what is freed; null if it is unknown whether a segment goes. */
function addUnshared(
  sum: number | null,
  { inode, bytes, isSegment }: UnsharedMemory,
  goes: ReadonlyMap<string, boolean>,
): number | null {
  const isFreed = isSegment ? goes.get(inode) : true;
  if (sum === null || isFreed === undefined) return null;
  return isFreed ? sum + bytes : sum;
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
