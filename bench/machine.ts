import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { cpus, release, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** Where compiled programs and configuration of the run are. */
export const workspace = mkdtempSync(join(tmpdir(), 'workertop-bench-'));
process.on('exit', () => rmSync(workspace, { recursive: true, force: true }));

export function compile(name: string): string {
  const program = join(workspace, name);
  execFileSync('cc', ['-O2', '-o', program, fileURLToPath(new URL(`${name}.c`, import.meta.url))]);
  return program;
}

export function processCount(): number {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).length;
}

/** A program that keeps so many processes until it is ended. */
export interface Feeder {
  end(): Promise<void>;
}

export async function startFeeder(program: string, count: number): Promise<Feeder> {
  const child = spawn(program, [String(count)], { stdio: ['pipe', 'pipe', 'inherit'] });
  await once(createInterface(child.stdout), 'line');
  return {
    end: async () => {
      const ended = once(child, 'exit');
      child.stdin.end();
      await ended;
    },
  };
}

/** Fills the machine up to so many processes, kernel threads included. */
export async function crowd(program: string, total: number): Promise<Feeder> {
  return startFeeder(program, Math.max(0, total - processCount()));
}

/** A process and all that it has started. */
export function treeOf(root: number): readonly number[] {
  const children = (pid: number): readonly number[] => {
    try {
      return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
        readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number),
      );
    } catch {
      return [];
    }
  };
  return [root, ...children(root).flatMap(treeOf)];
}

/** Seconds on CPU so far of a tree, with children that have ended. */
export function cpuOf(root: number): number {
  let nanoseconds = 0;
  for (const pid of treeOf(root)) {
    try {
      for (const task of readdirSync(`/proc/${pid}/task`)) {
        nanoseconds += Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0]);
      }
      const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.split(' ') ?? [];
      nanoseconds += (Number(fields[13]) + Number(fields[14])) * 1e7;
    } catch {
      // Ended meanwhile: its parent has its time.
    }
  }
  return nanoseconds / 1e9;
}

/** Bytes of a tree's memory. */
export function memoryOf(root: number): { readonly pss: number; readonly rss: number } {
  let pss = 0;
  let rss = 0;
  for (const pid of treeOf(root)) {
    const own = ownMemory(pid);
    pss += own.pss;
    rss += own.rss;
  }
  return { pss, rss };
}

/** Bytes of one process's memory. @throws Error if it has ended */
export function ownMemory(pid: number): { readonly pss: number; readonly rss: number } {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  const of = (name: string) => Number(new RegExp(`^${name}: +(\\d+)`, 'm').exec(text)?.[1]) * 1024;
  return { pss: of('Pss'), rss: of('Rss') };
}

export function describeMachine(): string {
  const [cpu] = cpus();
  return `${cpus().length} × ${cpu?.model.trim() ?? 'unknown CPU'}, ${Math.round(totalmem() / 2 ** 30)} GB, Linux ${release()}, Node ${process.version}`;
}

export function pause(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}
