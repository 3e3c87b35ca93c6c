import { type ProcessState, processStates } from '../../snapshot.ts';
import type { Stat } from '../proc/parsers/stat.ts';
import type { StatScan } from '../proc/tree.ts';
import { BadFrame } from './frames.ts';

/** Most processes that are kept. Linux allows 4 million; a server with more than this is not supported. */
const MOST_PROCESSES = 200_000;

/** Most characters of a line that is read: a name has at most 64 bytes, each written as up to two characters. */
const LONGEST_LINE = 512;

/** `PID STATE TICKS RSS`, and if these changed too `PPID PGRP SESSION KERNEL THREADS START NAME`. */
const PROCESS =
  /^(\d{1,10}) (\S) (\d{1,15}) (\d{1,15})(?: (\d{1,10}) (\d{1,10}) (\d{1,10}) ([01]) (\d{1,10}) (\d{1,15}) ([\s\S]*))?$/;

/**
 * Figures of the machine and `stat` of all processes, kept up to date by the changes that the reader on the server
 * sends.
 */
export class ChangedStats implements StatScan {
  readonly #figures = new Map<string, string>();
  #stats = new Map<number, Stat>();

  /**
   * Takes the changes of one reading.
   * @returns pids of processes that ended, or whose pid was reused
   * @throws BadFrame if there are too many
   */
  take(content: Buffer): ReadonlySet<number> {
    const gone = new Set<number>();
    let isNew = false;
    const lines = content.toString('latin1').split('\n');
    if (lines.length > 2 * MOST_PROCESSES) throw new BadFrame('reports too many processes');
    for (const line of lines) {
      if (line.length > LONGEST_LINE) continue;
      if (line.startsWith('@')) this.#figure(line.slice(1));
      else if (line.startsWith('-')) {
        const pid = Number(line.slice(1));
        if (this.#stats.delete(pid)) gone.add(pid);
      } else {
        const change = PROCESS.exec(line);
        if (change === null) continue;
        const pid = Number(change[1]);
        const before = this.#stats.get(pid);
        const after = changed(before, change);
        if (after === null) continue;
        isNew ||= before === undefined;
        if (before !== undefined && before.startTicks !== after.startTicks) gone.add(pid);
        this.#stats.set(pid, after);
      }
    }
    if (this.#stats.size > MOST_PROCESSES) throw new BadFrame('reports too many processes');
    // Processes stay in the order of /proc.
    if (isNew) this.#stats = new Map([...this.#stats].sort(([one], [other]) => one - other));
    return gone;
  }

  /** The machine's files by name, with the lines that figures are read from. */
  files(): ReadonlyMap<string, Buffer> {
    const texts = new Map<string, string>();
    for (const [name, value] of this.#figures) {
      const file = fileOf(name);
      const line = file === 'uptime' || file === 'loadavg' ? value : `${name} ${value}${unitOf(name)}`;
      texts.set(file, `${texts.get(file) ?? ''}${line}\n`);
    }
    return new Map([...texts].map(([file, text]) => [file, Buffer.from(text, 'latin1')]));
  }

  /** The state of a process; null if there is none. */
  stateOf(pid: number): ProcessState | null {
    return this.#stats.get(pid)?.state ?? null;
  }

  scan(each: (pid: number, stat: Stat) => void): void {
    for (const [pid, stat] of this.#stats) each(pid, stat);
  }

  close(): void {}

  #figure(line: string): void {
    const [, name, value] =
      /^([A-Za-z]\S{0,40}) ((?:avg\d+=)?[\d.]{1,20}(?: (?:avg\d+=)?[\d.]{1,20}){0,2})$/.exec(line) ?? [];
    if (name === undefined || value === undefined) return;
    if (this.#figures.size < MOST_FIGURES || this.#figures.has(name)) this.#figures.set(name, value);
  }
}

const MOST_FIGURES = 100;

/** The files that the machine's figures come from. */
export const machineFiles: readonly string[] = ['uptime', 'loadavg', 'pressure/memory', 'meminfo', 'vmstat'];

/** The file that a figure comes from. Names of meminfo end with a colon. */
function fileOf(name: string): string {
  if (name === 'uptime' || name === 'loadavg') return name;
  if (name === 'some' || name === 'full') return 'pressure/memory';
  return name.endsWith(':') ? 'meminfo' : 'vmstat';
}

function unitOf(name: string): string {
  return name.endsWith(':') && !name.startsWith('HugePages_') ? ' kB' : '';
}

/** Applies a change. Null if it is a partial change of an unknown process. */
function changed(before: Stat | undefined, [, , state, ticks, rss, ...rest]: RegExpExecArray): Stat | null {
  const moving = { state: stateOf(state), cpuTicks: Number(ticks), rssPages: Number(rss) };
  const [ppid, pgrp, session, kernel, threads, start, name] = rest;
  if (name === undefined) return before === undefined ? null : { ...before, ...moving };
  const comm = Buffer.from(
    name.replace(/\\(\\|n)/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped)),
    'latin1',
  ).toString('utf8');
  return {
    ...moving,
    comm: comm === before?.comm ? before.comm : comm,
    ppid: Number(ppid),
    pgrp: Number(pgrp),
    session: Number(session),
    kernelThread: kernel === '1',
    threads: Number(threads),
    startTicks: Number(start),
  };
}

function stateOf(letter: string | undefined): ProcessState {
  return processStates.find((state) => state === letter) ?? '?';
}
