import type { ReadFailure } from '../proc/files.ts';
import { memoryFigures } from '../proc/parsers/memory.ts';
import { cksum } from './cksum.ts';

/** Names or pids in one command there. */
const MOST_NAMES = 400;

/** Files by their key, as far as they have come. */
type Contents = Map<string, Buffer | ReadFailure>;

/** What the reader is asked for, and what is left for the shell. */
export interface Plan {
  readonly commands: readonly string[];
  readonly others: readonly string[];
  readonly checked: readonly number[];
  readonly measured: readonly number[];
  /** Of those, the ones whose statm is wanted too. */
  readonly estimated: ReadonlySet<number>;
}

interface Kept {
  status: Buffer | null;
  cmdline: Buffer | null;
  /** The reader's summary of what it found last; null if it was not asked yet. */
  summary: string | null;
}

/** What the reader on the server answers for single processes: whether titles and masks have changed, and memory. */
export class Asked {
  readonly #kept = new Map<number, Kept>();

  /** @param keys of files that are wanted: `f` and a name, or another letter */
  plan(keys: readonly string[]): Plan {
    const wanted = new Set(keys);
    const checked = new Set<number>();
    const measured: number[] = [];
    const estimated = new Set<number>();
    const others = keys.filter((key) => {
      const [, digits, name] = /^f(\d{1,10})\/(smaps_rollup|statm|status|cmdline)$/.exec(key) ?? [];
      const pid = Number(digits);
      if (name === 'smaps_rollup') measured.push(pid);
      else if (name === 'statm') {
        if (!wanted.has(`f${pid}/smaps_rollup`)) return true;
        estimated.add(pid);
      } else if (name === undefined || !this.#isWhole(pid) || !titleKeys(pid).every((one) => wanted.has(one)))
        return true;
      else checked.add(pid);
      return false;
    });
    const commands = [
      ...pieces([...checked]).map((pids) => `g ${pids.join(' ')}`),
      ...pieces(measured).map((pids) => `r ${pids.map((pid) => `${pid}${estimated.has(pid) ? 's' : ''}`).join(' ')}`),
    ];
    return { commands, others, checked: [...checked], measured, estimated };
  }

  /** Remembers what of these files has come. */
  keep(names: readonly string[], contents: Contents): void {
    for (const name of names) {
      const [, digits, file] = /^(\d{1,10})\/(status|cmdline)$/.exec(name) ?? [];
      const content = contents.get(`f${name}`);
      if (file === undefined || !Buffer.isBuffer(content)) continue;
      const pid = Number(digits);
      const kept = this.#kept.get(pid) ?? { status: null, cmdline: null, summary: null };
      if (file === 'status') kept.status = content;
      else kept.cmdline = content;
      this.#kept.set(pid, kept);
    }
  }

  /** These have ended, or others have their pids now. */
  forget(pids: ReadonlySet<number>): void {
    for (const pid of pids) this.#kept.delete(pid);
  }

  /**
   * Takes the answers to a plan.
   * @param next the content of the next section with a tag
   * @returns keys that have to be read themselves: they have changed, or could not be read
   */
  take({ checked, measured, estimated }: Plan, next: (tag: string) => Buffer, contents: Contents): readonly string[] {
    const missing: string[] = [];
    for (const pids of pieces(checked)) {
      const told = new Map(linesOf(next('g')));
      for (const pid of pids) {
        const kept = this.#kept.get(pid);
        if (kept !== undefined) kept.summary = told.get(pid) ?? kept.summary;
        if (kept === undefined || kept.summary !== summaryOf(kept)) missing.push(...titleKeys(pid));
        else {
          contents.set(`f${pid}/status`, kept.status ?? 'missing');
          contents.set(`f${pid}/cmdline`, kept.cmdline ?? 'missing');
        }
      }
    }
    for (const pids of pieces(measured)) {
      const content = next('r');
      const told = new Map(linesOf(content));
      const pages = new Map([...content.toString('latin1').matchAll(/^s(\d{1,10}) ([\d ]{1,150})$/gm)].map(statmOf));
      for (const pid of pids) {
        const figures = told.get(pid);
        if (figures === undefined) missing.push(`f${pid}/smaps_rollup`);
        else contents.set(`f${pid}/smaps_rollup`, rollupOf(figures));
        const page = pages.get(pid);
        if (page !== undefined) contents.set(`f${pid}/statm`, page);
        else if (estimated.has(pid)) missing.push(`f${pid}/statm`);
      }
    }
    return missing;
  }

  #isWhole(pid: number): boolean {
    const kept = this.#kept.get(pid);
    return kept !== undefined && kept.status !== null && kept.cmdline !== null;
  }
}

function titleKeys(pid: number): readonly string[] {
  return [`f${pid}/status`, `f${pid}/cmdline`];
}

/** Lines of the reader by the pid that each begins with. */
function linesOf(content: Buffer): readonly (readonly [number, string])[] {
  const lines = content.toString('latin1').split('\n').slice(0, -1);
  return lines.map((line) => [Number.parseInt(line, 10), line.replace(/^\d+ ?/, '')] as const);
}

/** A summary as the reader makes it: what cksum(1) says of the command line, and the lines that decide of `status`. */
function summaryOf({ status, cmdline }: Kept): string {
  const lines = status?.toString('latin1').match(/^(?:Uid|Gid|Sig(?:Blk|Ign|Cgt)):.*$/gm) ?? [];
  return `${cksum(cmdline ?? Buffer.alloc(0))} ${cmdline?.length ?? 0}${lines.map((line) => `:${line}`).join('')}`;
}

/** The text of smaps_rollup of these figures in their order. A figure that the kernel does not report is empty. */
function rollupOf(figures: string): Buffer {
  const values = figures.split(' ');
  const lines = memoryFigures.flatMap((name, index) => {
    const value = values[index] ?? '';
    return /^\d{1,15}$/.test(value) ? [`${name}: ${value} kB\n`] : [];
  });
  return Buffer.from(`\n${lines.join('')}`, 'latin1');
}

function statmOf([, pid, pages = '']: RegExpMatchArray): readonly [number, Buffer] {
  return [Number(pid), Buffer.from(`${pages}\n`, 'latin1')];
}

/** A list in parts that are short enough for one command. */
export function pieces<One>(all: readonly One[]): readonly (readonly One[])[] {
  const count = Math.ceil(all.length / MOST_NAMES);
  return Array.from({ length: count }, (_, index) => all.slice(index * MOST_NAMES, (index + 1) * MOST_NAMES));
}
