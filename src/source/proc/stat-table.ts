import { closeSync, openSync, readdirSync, readSync } from 'node:fs';
import { readFailureOf } from './files.ts';
import { parseStat, type Stat } from './parsers/stat.ts';

/** A stat line is at most some 400 bytes, with a name of 15 bytes or, for kernel workers, 64. */
const buffer = Buffer.allocUnsafe(1024);

/** A process that has not changed in so many readings idles, and may then be read at every so many of them. */
const IDLE_AFTER = 5;
const IDLE_EVERY = 4;

interface Kept {
  readonly descriptor: number;
  stat: Stat;
  /** What was read last, to see whether anything has changed: to compare is cheaper than to parse. */
  line: Buffer;
  length: number;
  /** Readings since it changed. */
  unchanged: number;
  /** The last scan that it was in. */
  seen: number;
}

/**
 * `stat` of every process, over descriptors that are kept open: to read one again costs a third of opening it anew, and one
 * whose process has died fails (ESRCH), so that it never gives the figures of a stranger with the same pid.
 */
export class StatTable {
  readonly #root: string;
  /** So many descriptors may be kept. */
  readonly #room: number;
  readonly #kept = new Map<number, Kept>();
  #scans = 0;

  constructor(root: string, room: number) {
    this.#root = root;
    this.#room = room;
  }

  /**
   * Calls `each` for every process that there is; with the very object of the last time where nothing has changed.
   * @param mayRest which processes need not be read each time, as long as they idle
   * @throws Error when the directory itself cannot be read
   */
  scan(each: (pid: number, stat: Stat) => void, mayRest: (pid: number) => boolean = () => false): void {
    this.#scans += 1;
    for (const name of readdirSync(this.#root)) {
      const first = name.charCodeAt(0);
      if (first < 0x31 || first > 0x39) continue;
      const pid = Number(name);
      if (!Number.isInteger(pid)) continue;
      const stat = this.#read(pid, mayRest);
      if (stat !== null) each(pid, stat);
    }
    for (const [pid, { seen }] of this.#kept) if (seen !== this.#scans) this.#close(pid);
  }

  close(): void {
    for (const pid of [...this.#kept.keys()]) this.#close(pid);
  }

  #read(pid: number, mayRest: (pid: number) => boolean): Stat | null {
    const kept = this.#kept.get(pid);
    if (kept === undefined) return this.#open(pid);
    kept.seen = this.#scans;
    const rests = kept.unchanged >= IDLE_AFTER && (this.#scans + pid) % IDLE_EVERY !== 0 && mayRest(pid);
    if (rests) return kept.stat;
    const length = this.#readFrom(kept.descriptor, pid);
    if (length > 0 && buffer.compare(kept.line, 0, kept.length, 0, length) === 0) {
      kept.unchanged += 1;
      return kept.stat;
    }
    const stat = parseStat(buffer, length, kept.stat);
    if (stat === null) {
      // It died, and another may have its pid by now.
      this.#close(pid);
      return this.#open(pid);
    }
    kept.unchanged = 0;
    kept.stat = stat;
    keepLine(kept, length);
    return stat;
  }

  #open(pid: number): Stat | null {
    let descriptor: number;
    try {
      descriptor = openSync(`${this.#root}/${pid}/stat`, 'r');
    } catch (error) {
      readFailureOf(error);
      return null;
    }
    const length = this.#readFrom(descriptor, pid);
    const stat = parseStat(buffer, length);
    if (stat === null || this.#kept.size >= this.#room) {
      closeSync(descriptor);
      return stat;
    }
    const kept: Kept = { descriptor, stat, line: Buffer.alloc(0), length: 0, unchanged: 0, seen: this.#scans };
    keepLine(kept, length);
    this.#kept.set(pid, kept);
    return stat;
  }

  /** Bytes read into the buffer; 0 when the process is gone. */
  #readFrom(descriptor: number, pid: number): number {
    try {
      return readSync(descriptor, buffer, 0, buffer.length, 0);
    } catch (error) {
      if (error instanceof Error) error.message += `: ${this.#root}/${pid}/stat`;
      readFailureOf(error);
      return 0;
    }
  }

  #close(pid: number): void {
    const kept = this.#kept.get(pid);
    this.#kept.delete(pid);
    if (kept !== undefined) closeSync(kept.descriptor);
  }
}

function keepLine(kept: Kept, length: number): void {
  if (kept.line.length < length) kept.line = Buffer.allocUnsafeSlow(length + 16);
  buffer.copy(kept.line, 0, 0, length);
  kept.length = length;
}
