import type { ProcessState } from '../../snapshot.ts';
import { parseStat, type Stat } from '../proc/parsers/stat.ts';
import type { StatScan } from '../proc/tree.ts';
import { splitStats } from './parse.ts';

/** `stat` of all processes, from the latest message of the shell. */
export class MirroredStats implements StatScan {
  readonly #reader: number | null;
  #lines: ReturnType<typeof splitStats> = [];
  #known = new Map<number, { readonly line: Buffer; readonly stat: Stat }>();

  /** @param reader pid of the shell on the server: it and the processes that it starts are left out */
  constructor(reader: number | null) {
    this.#reader = reader;
  }

  take(content: Buffer): void {
    this.#lines = splitStats(content);
  }

  /** The state of a process; null if there is none, or before the first reading. */
  stateOf(pid: number): ProcessState | null {
    return this.#known.get(pid)?.stat.state ?? null;
  }

  scan(each: (pid: number, stat: Stat) => void): void {
    const known = new Map<number, { readonly line: Buffer; readonly stat: Stat }>();
    for (const { pid, line } of this.#lines) {
      const before = this.#known.get(pid);
      const stat = before?.line.equals(line) ? before.stat : parseStat(line, line.length, before?.stat);
      if (stat === null || stat.ppid === this.#reader || known.has(pid)) continue;
      known.set(pid, { line: before?.stat === stat ? before.line : Buffer.from(line), stat });
      each(pid, stat);
    }
    this.#known = known;
  }

  close(): void {}
}
