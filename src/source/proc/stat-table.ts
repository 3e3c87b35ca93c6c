import { closeSync, openSync, readdirSync, readSync } from 'node:fs';
import { unreadOr } from './files.ts';
import { parseStat, type Stat } from './parsers/stat.ts';

/** A stat line is at most some 400 bytes, with a name of 15 bytes or, for kernel workers, 64. */
const buffer = Buffer.allocUnsafe(1024);

/**
 * `stat` of every process, over descriptors that are kept open: to read one again costs a third of opening it anew, and one
 * whose process has died fails (ESRCH), so that it never gives the figures of a stranger with the same pid.
 */
export class StatTable {
  readonly #root: string;
  /** So many descriptors may be kept. */
  readonly #room: number;
  readonly #descriptors = new Map<number, number>();

  constructor(root: string, room: number) {
    this.#root = root;
    this.#room = room;
  }

  /**
   * Calls `each` for every process that there is.
   * @throws Error when the directory itself cannot be read
   */
  scan(each: (pid: number, stat: Stat) => void): void {
    const seen = new Set<number>();
    for (const name of readdirSync(this.#root)) {
      const first = name.charCodeAt(0);
      if (first < 0x31 || first > 0x39) continue;
      const pid = Number(name);
      if (!Number.isInteger(pid)) continue;
      const stat = this.#read(pid);
      if (stat === null) continue;
      seen.add(pid);
      each(pid, stat);
    }
    for (const pid of this.#descriptors.keys()) if (!seen.has(pid)) this.#close(pid);
  }

  close(): void {
    for (const pid of [...this.#descriptors.keys()]) this.#close(pid);
  }

  #read(pid: number): Stat | null {
    const kept = this.#descriptors.get(pid);
    if (kept !== undefined) {
      const stat = this.#readFrom(kept, pid);
      if (stat !== null) return stat;
      // It died, and another may have its pid by now.
      this.#close(pid);
    }
    return this.#open(pid);
  }

  #open(pid: number): Stat | null {
    let descriptor: number;
    try {
      descriptor = openSync(`${this.#root}/${pid}/stat`, 'r');
    } catch (error) {
      unreadOr(error);
      return null;
    }
    const stat = this.#readFrom(descriptor, pid);
    if (stat !== null && this.#descriptors.size < this.#room) this.#descriptors.set(pid, descriptor);
    else closeSync(descriptor);
    return stat;
  }

  #readFrom(descriptor: number, pid: number): Stat | null {
    try {
      return parseStat(buffer, readSync(descriptor, buffer, 0, buffer.length, 0));
    } catch (error) {
      if (error instanceof Error) error.message += `: ${this.#root}/${pid}/stat`;
      unreadOr(error);
      return null;
    }
  }

  #close(pid: number): void {
    const descriptor = this.#descriptors.get(pid);
    this.#descriptors.delete(pid);
    if (descriptor !== undefined) closeSync(descriptor);
  }
}
