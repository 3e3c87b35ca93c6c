import { closeSync, openSync, readdirSync, readSync } from 'node:fs';
import { readFailureOf } from './files.ts';
import { parseStat, type Stat } from './parsers/stat.ts';
import type { StatScan } from './tree.ts';

/** A stat line has at most some 400 bytes, with a name of 15 bytes or, for kernel workers, 64. */
const buffer = Buffer.allocUnsafe(1024);

/** After IDLE_AFTER readings with an unchanged stat line, a process may be read at every IDLE_EVERY-th reading only. */
const IDLE_AFTER = 5;
const IDLE_EVERY = 4;

interface Kept {
  readonly descriptor: number;
  stat: Stat;
  /** The bytes read last: comparing them is cheaper than parsing. */
  line: Buffer;
  length: number;
  /** Readings since the line changed. */
  unchanged: number;
  /** Number of the last scan that included it. */
  seen: number;
}

/**
 * Reads `stat` of every process over descriptors that stay open. Reading again costs a third of opening, and fails with
 * ESRCH once the process has died. So figures never come from another process with the same pid.
 */
export class StatTable implements StatScan {
  readonly #root: string;
  /** Most descriptors to keep open. */
  readonly #room: number;
  readonly #kept = new Map<number, Kept>();
  #scans = 0;

  constructor(root: string, room: number) {
    this.#root = root;
    this.#room = room;
  }

  /**
   * Calls `each` for every process, with the same object as last time if nothing has changed.
   * @param mayRest which processes may be read less often while they are idle
   * @throws Error if the directory cannot be read
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

  /** What is true of a process at this moment; null if it has no open descriptor, or has ended. */
  now(pid: number): Stat | null {
    const kept = this.#kept.get(pid);
    return kept === undefined ? null : parseStat(buffer, this.#readFrom(kept.descriptor, pid), kept.stat);
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
      // It has died, and another process may have its pid by now.
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

  /** Bytes read into the buffer; 0 if the process is gone. */
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
