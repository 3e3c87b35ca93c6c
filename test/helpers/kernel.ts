/** The kernel's own figures, read plainly and without any of workertop's code, to check workertop against. */
import { readdirSync, readFileSync } from 'node:fs';

/** Bytes. */
export interface KernelMemory {
  readonly rss: number;
  readonly pss: number;
  readonly uss: number;
  readonly swap: number;
}

function isGone(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === 'ENOENT' || code === 'ESRCH';
}

function read(pid: number, file: string): string | null {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch (error) {
    if (isGone(error)) return null;
    throw error;
  }
}

/** In a virtual machine of its own kind even root may not read all of its first process. */
function readable(pid: number, file: string): string | null {
  try {
    return read(pid, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EACCES') return null;
    throw error;
  }
}

/** The fields of proc_pid_stat(5) from the third, `state`, on; null when the process is gone. */
function statFields(pid: number): readonly string[] | null {
  const text = read(pid, 'stat');
  // The name, in parentheses, may itself hold parentheses and spaces.
  return text === null ? null : text.slice(text.lastIndexOf(')') + 2).split(' ');
}

/** R, S, D, T, Z …; null when there is no such process. */
export function state(pid: number): string | null {
  return statFields(pid)?.[0] ?? null;
}

/** The state of each thread. */
export function threadStates(pid: number): readonly string[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((thread) => state(Number(thread)) ?? []);
}

/** Seconds since its start, on a machine of 100 clock ticks a second; null when there is no such process. */
export function age(pid: number): number | null {
  const started = statFields(pid)?.[19];
  return started === undefined
    ? null
    : Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]) - Number(started) / 100;
}

/** Neither gone nor a zombie. */
export function isAlive(pid: number): boolean {
  const letter = state(pid);
  return letter !== null && letter !== 'Z' && letter !== 'X';
}

export function pids(): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

/** Living children, in order of pid. */
export function children(pid: number): readonly number[] {
  return pids().filter((candidate) => {
    const fields = statFields(candidate);
    return fields?.[1] === String(pid) && fields[0] !== 'Z' && fields[0] !== 'X';
  });
}

/** Null when the process is gone, has no memory of its own (kernel threads, zombies), or may not be read. */
export function memory(pid: number): KernelMemory | null {
  const text = readable(pid, 'smaps_rollup');
  if (text === null || text === '') return null;
  const bytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? 0) * 1024;
  return {
    rss: bytes('Rss'),
    pss: bytes('Pss'),
    uss: bytes('Private_Clean') + bytes('Private_Dirty'),
    swap: bytes('SwapPss'),
  };
}

/** PSS of each process, in bytes. */
export function allPss(): ReadonlyMap<number, number> {
  const found = new Map<number, number>();
  for (const pid of pids()) {
    const reading = memory(pid);
    if (reading !== null) found.set(pid, reading.pss);
  }
  return found;
}

/** The command line as the kernel shows it to everyone, arguments parted by spaces. */
/** Characters of its list of mappings; 0 when there is no such process any more. */
export function mapsLength(pid: number): number {
  return read(pid, 'maps')?.length ?? 0;
}

export function commandLine(pid: number): string {
  return (read(pid, 'cmdline') ?? '').replaceAll('\0', ' ').trim();
}

/** The process group in the foreground of the process's terminal; null when the process is gone. */
export function foregroundGroup(pid: number): number | null {
  const field = statFields(pid)?.[5];
  return field === undefined ? null : Number(field);
}
