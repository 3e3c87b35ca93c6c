import { cpus, hostname, loadavg, uptime } from 'node:os';
import pidusage from 'pidusage';
import psList, { type ProcessDescriptor } from 'ps-list';
import type { HostSample, ProcessFacts, ProcessSample, Snapshot } from '../snapshot.ts';
import { baseName } from '../text/base-name.ts';
import type { Source } from './source.ts';
import { nameOf } from './system-users.ts';

/** Clock ticks are a unit of Linux. This source counts in hundredths of a second. */
const TICKS_PER_SECOND = 100;

/**
 * pidusage reads one file for each process, or runs one `ps` for all: a longer list would exceed the limit of a command
 * line.
 */
const AT_ONCE = 200;

/** ps(1) computes start times, in whole seconds, from two clocks: they may differ by a second between readings. */
const START_JITTER = 1.5 * TICKS_PER_SECOND;

/** What does not change while a process lives. */
interface Remembered {
  readonly startTicks: number;
  readonly facts: ProcessFacts;
}

/** What pidusage reports of a process. */
interface Usage {
  /** RSS in bytes. */
  readonly memory: number;
  /** CPU time in milliseconds. */
  readonly ctime: number;
  /** Milliseconds since its start. */
  readonly elapsed: number;
}

/**
 * Reads processes with ps-list and pidusage and the host with systeminformation, on any Unix. It knows RSS only, and
 * neither signal masks nor virtualenvs. So workertop shows processes and scales nothing.
 */
export class PortableSource implements Source {
  #before = new Map<number, Remembered>();
  readonly #users = new Map<number, string | null>();
  #os: string | null = null;

  async read(): Promise<Snapshot> {
    const all = (await psList()).filter(({ pid }) => pid > 0);
    const list = all.filter((process) => !isKernelThread(process));
    const usage = await usageOf(list.map(({ pid }) => pid));
    const now = Date.now();
    const up = uptime();
    await this.#learnUsers(list);
    const remembered = new Map<number, Remembered>();
    const processes = list.flatMap((process): readonly ProcessSample[] => {
      const used = usage.get(process.pid);
      if (used === undefined) return [];
      const begun = process.startTime?.getTime() ?? now - used.elapsed;
      const startTicks = Math.max(0, Math.round((up - (now - begun) / 1000) * TICKS_PER_SECOND));
      const { startTicks: start, facts } = this.#remembered(process, startTicks);
      remembered.set(process.pid, { startTicks: start, facts });
      return [sampleOf(process, start, facts, used)];
    });
    this.#before = remembered;
    return {
      at: now,
      uptime: up,
      host: await this.#host(),
      accounting: 'rss',
      processes,
      kernelThreads: all.length - list.length,
      self: globalThis.process.pid,
    };
  }

  close(): void {
    pidusage.clear();
  }

  /** Looks up the names of users not seen before. */
  async #learnUsers(list: readonly ProcessDescriptor[]): Promise<void> {
    const uids = new Set(list.flatMap(({ uid }) => (uid === undefined || this.#users.has(uid) ? [] : [uid])));
    await Promise.all([...uids].map(async (uid) => this.#users.set(uid, await nameOf(uid))));
  }

  /** The facts and start time from the last reading, if it is the same process; else new ones. */
  #remembered(process: ProcessDescriptor, startTicks: number): Remembered {
    const facts = factsOf(process, this.#users);
    const before = this.#before.get(process.pid);
    if (before === undefined || Math.abs(before.startTicks - startTicks) > START_JITTER) return { startTicks, facts };
    const same = before.facts.argv.join(' ') === facts.argv.join(' ') && before.facts.uid === facts.uid;
    return { startTicks: before.startTicks, facts: same ? before.facts : facts };
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

/** Whether it is a kernel thread: ps(1) shows their names in brackets, and they have no program. */
function isKernelThread({ cmd, path }: ProcessDescriptor): boolean {
  return !path && /^\[.*\]$/.test(cmd ?? '');
}

function sampleOf(
  { pid, ppid, cmd }: ProcessDescriptor,
  startTicks: number,
  facts: ProcessFacts,
  { memory, ctime }: Usage,
): ProcessSample {
  return {
    pid,
    startTicks,
    ppid,
    // ps-list does not report process groups and sessions.
    pgrp: pid,
    session: pid,
    state: /<defunct>$/.test(cmd ?? '') ? 'Z' : '?',
    cpuTicks: (ctime / 1000) * TICKS_PER_SECOND,
    memory: { rss: memory, pss: null, uss: null, swap: null, quality: 'rss', fresh: true },
    listeners: null,
    facts,
  };
}

/** CPU and memory of processes. Those that ended meanwhile are left out. */
async function usageOf(pids: readonly number[]): Promise<ReadonlyMap<number, Usage>> {
  const byPid = new Map<number, Usage>();
  for (let start = 0; start < pids.length; start += AT_ONCE) {
    const chunk = pids.slice(start, start + AT_ONCE);
    const usage = await pidusage(chunk).catch(() => ({}));
    for (const [pid, used] of Object.entries(usage)) if (used) byPid.set(Number(pid), used);
  }
  return byPid;
}

function factsOf({ name, cmd, path, uid }: ProcessDescriptor, users: ReadonlyMap<number, string | null>): ProcessFacts {
  return {
    // Cut to 15 bytes, as the kernel does.
    comm: baseName(name).slice(0, 15),
    argv: argvOf(cmd ?? name),
    cwd: null,
    exe: path || null,
    uid: uid ?? null,
    user: uid === undefined ? null : (users.get(uid) ?? null),
    caught: null,
    ignored: null,
    blocked: null,
    cgroup: null,
    memoryLimit: null,
    environment: {},
    virtualenv: null,
    packages: {},
    directory: null,
    configLines: {},
  };
}

/**
 * Splits a command line at blanks. ps(1) joins arguments with blanks, so arguments that contain blanks cannot be
 * recovered. A title stays whole.
 */
function argvOf(command: string): readonly string[] {
  const isTitle = /^[\w./+-]+:? |^\[/.test(command) && command.includes(': ');
  return isTitle ? [command] : command.split(' ');
}
