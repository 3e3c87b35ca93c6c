import { cpus, hostname, loadavg, uptime } from 'node:os';
import { basename } from 'node:path';
import pidusage from 'pidusage';
import psList, { type ProcessDescriptor } from 'ps-list';
import type { HostSample, ProcessFacts, ProcessSample, Snapshot } from '../snapshot.ts';
import type { Source } from './source.ts';

const TICKS_PER_SECOND = 100;

/** pidusage reads one file for each process, or runs `ps` for all: more at once would hit limits of command lines. */
const AT_ONCE = 200;

/** A start is now less the time elapsed, which ps may round to seconds: so many ticks more or less are no other process. */
const START_JITTER = 2 * TICKS_PER_SECOND;

/** What does not change while the process lives. */
interface Known {
  readonly startTicks: number;
  readonly command: string;
  readonly facts: ProcessFacts;
}

/**
 * Processes by ps-list and pidusage, on any Unix. They know RSS alone, and neither signal masks nor virtualenvs: it shows, and
 * scales nothing.
 */
export class PortableSource implements Source {
  #known = new Map<number, Known>();
  #os: string | null = null;

  async read(): Promise<Snapshot> {
    const now = Date.now();
    const up = uptime();
    const list = (await psList()).filter(({ pid }) => pid > 0);
    const usage = await usageOf(list.map(({ pid }) => pid));
    const known = new Map<number, Known>();
    const processes = list.flatMap((process): readonly ProcessSample[] => {
      const used = usage.get(process.pid);
      if (used === undefined) return [];
      const elapsed = Math.max(0, used.elapsed / 1000);
      const startTicks = Math.max(0, Math.round((up - elapsed) * TICKS_PER_SECOND));
      return [this.#sample(process, startTicks, used, known)];
    });
    this.#known = known;
    return {
      at: now,
      uptime: up,
      host: await this.#host(),
      accounting: 'rss',
      processes,
      kernelThreads: 0,
      self: globalThis.process.pid,
    };
  }

  close(): void {
    pidusage.clear();
  }

  #sample(
    { pid, ppid, name, cmd }: ProcessDescriptor,
    measuredStart: number,
    used: { readonly memory: number; readonly ctime: number },
    known: Map<number, Known>,
  ): ProcessSample {
    const command = cmd ?? name;
    const before = this.#known.get(pid);
    const same = before !== undefined && Math.abs(before.startTicks - measuredStart) < START_JITTER;
    const startTicks = same ? before.startTicks : measuredStart;
    const facts = same && before.command === command ? before.facts : factsOf(name, command);
    known.set(pid, { startTicks, command, facts });
    return {
      pid,
      startTicks,
      ppid,
      pgrp: pid,
      session: pid,
      state: 'S',
      cpuTicks: (used.ctime / 1000) * TICKS_PER_SECOND,
      memory: { rss: used.memory, pss: null, uss: null, swap: null, quality: 'rss', fresh: true },
      listeners: null,
      facts,
    };
  }

  async #host(): Promise<HostSample> {
    const { default: si } = await import('systeminformation');
    const memory = await si.mem();
    if (this.#os === null) {
      const { distro, release, kernel } = await si.osInfo();
      this.#os = [distro, release, kernel].filter(Boolean).join(' ');
    }
    const [one = 0, five = 0, fifteen = 0] = loadavg();
    return {
      name: hostname(),
      os: this.#os,
      cores: cpus().length || 1,
      ticksPerSecond: TICKS_PER_SECOND,
      memory: {
        total: memory.total,
        free: memory.free,
        available: memory.available,
        cache: memory.buffcache,
        swapTotal: memory.swaptotal,
        swapUsed: memory.swapused,
      },
      cgroup: null,
      pressure: null,
      load: [one, five, fifteen],
    };
  }
}

/** What vanishes meanwhile is left out. */
async function usageOf(pids: readonly number[]) {
  const found = new Map<number, { readonly memory: number; readonly ctime: number; readonly elapsed: number }>();
  for (let start = 0; start < pids.length; start += AT_ONCE) {
    const some = pids.slice(start, start + AT_ONCE);
    const usage = await pidusage(some).catch(() => ({}));
    for (const [pid, used] of Object.entries(usage)) if (used) found.set(Number(pid), used);
  }
  return found;
}

/** ps joins arguments with blanks: those that hold blanks themselves cannot be told apart. */
function factsOf(name: string, command: string): ProcessFacts {
  const argv = /^[\w./+-]+:? |^\[/.test(command) && command.includes(': ') ? [command] : command.split(' ');
  return {
    comm: basename(name),
    argv,
    cwd: null,
    exe: null,
    uid: null,
    user: null,
    caught: null,
    ignored: null,
    blocked: null,
    cgroup: null,
    memoryLimit: null,
    environment: {},
    virtualenv: null,
    packages: {},
    directory: null,
    settings: {},
  };
}
