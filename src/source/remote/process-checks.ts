import type { ReadFailure } from '../proc/files.ts';
import { memoryFigures } from '../proc/parsers/memory.ts';
import { cksum } from './cksum.ts';

/** Most names or pids in one command. */
const MOST_NAMES = 400;

/** Contents of files received so far, by key. */
type Contents = Map<string, Buffer | ReadFailure>;

/** What to ask of the reader, and what to ask of a shell. */
export interface Plan {
  readonly commands: readonly string[];
  readonly others: readonly string[];
  readonly checked: readonly number[];
  readonly measured: readonly number[];
  /** The measured processes whose statm is wanted too. */
  readonly estimated: ReadonlySet<number>;
}

interface Kept {
  status: Buffer | null;
  cmdline: Buffer | null;
  /** The reader's latest summary; null before the first. */
  summary: string | null;
}

/**
 * Asks the reader on the server about single processes: whether title and signal masks changed, and how much memory
 * they use.
 */
export class ProcessChecks {
  readonly #kept = new Map<number, Kept>();

  /**
   * Splits keys between reader and shell.
   * @param keys keys of wanted files: a letter of `FileCommand`, then the name
   */
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

  /** Keeps the contents of title files that have arrived. */
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

  /** Forgets processes that ended or whose pid was reused. */
  forget(pids: ReadonlySet<number>): void {
    for (const pid of pids) this.#kept.delete(pid);
  }

  /**
   * Takes the answers to a plan.
   * @param next returns the next section with this tag
   * @returns keys of files that a shell must read: they changed, or the reader could not read them
   */
  take({ checked, measured, estimated }: Plan, next: (tag: string) => Buffer, contents: Contents): readonly string[] {
    const missing: string[] = [];
    for (const pids of pieces(checked)) {
      const answers = new Map(linesOf(next('g')));
      for (const pid of pids) {
        const kept = this.#kept.get(pid);
        if (kept !== undefined) kept.summary = answers.get(pid) ?? kept.summary;
        if (kept === undefined || kept.summary !== summaryOf(kept)) missing.push(...titleKeys(pid));
        else {
          contents.set(`f${pid}/status`, kept.status ?? 'missing');
          contents.set(`f${pid}/cmdline`, kept.cmdline ?? 'missing');
        }
      }
    }
    for (const pids of pieces(measured)) {
      const content = next('r');
      const answers = new Map(linesOf(content));
      const pages = new Map([...content.toString('latin1').matchAll(/^s(\d{1,10}) ([\d ]{1,150})$/gm)].map(statmOf));
      for (const pid of pids) {
        const figures = answers.get(pid);
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

/** Splits the reader's lines into pid and the rest. */
function linesOf(content: Buffer): readonly (readonly [number, string])[] {
  const lines = content.toString('latin1').split('\n').slice(0, -1);
  return lines.map((line) => [Number.parseInt(line, 10), line.replace(/^\d+ ?/, '')] as const);
}

/**
 * The summary as the reader makes it: cksum(1) of the command line, its length, and the lines of `status` that matter.
 */
function summaryOf({ status, cmdline }: Kept): string {
  const lines = status?.toString('latin1').match(/^(?:Uid|Gid|Sig(?:Blk|Ign|Cgt)):.*$/gm) ?? [];
  return `${cksum(cmdline ?? Buffer.alloc(0))} ${cmdline?.length ?? 0}${lines.map((line) => `:${line}`).join('')}`;
}

/**
 * Turns figures back into the text of smaps_rollup, in the order of `memoryFigures`. A figure that the kernel lacks is
 * empty.
 */
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

/** Splits a list into parts that fit in one command. */
export function pieces<One>(all: readonly One[]): readonly (readonly One[])[] {
  const count = Math.ceil(all.length / MOST_NAMES);
  return Array.from({ length: count }, (_, index) => all.slice(index * MOST_NAMES, (index + 1) * MOST_NAMES));
}
