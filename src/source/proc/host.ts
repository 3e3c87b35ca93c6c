import type { HostMemory, HostSample, Pressure } from '../../snapshot.ts';
import { type CgroupMount, type LimitedCgroup, limitedCgroups, lowestOf } from './cgroups.ts';
import { TICKS_PER_SECOND } from './machine.ts';
import { cacheLists, MemoryUseReader, pageCache } from './memory-use.ts';
import { parseCounters, parseLoad, parseMeminfo, parsePressure } from './parsers/host.ts';
import type { ProcTree } from './tree.ts';

/** Bytes: 8192 CPUs, the most that Linux supports, have a line each. */
const MOST_STAT = 1024 * 1024;

/** Whether cgroups have limits is looked at again after this many seconds: `docker update` and systemctl(1) set them. */
const LASTING = 10;

/** Reads the host's figures from a proc tree, which may be another machine's or a container's. */
export class HostReader {
  readonly #tree: ProcTree;
  readonly #pageSize: number;
  readonly #fixed: Pick<HostSample, 'name' | 'os' | 'cores' | 'ticksPerSecond'>;
  readonly #mounts: readonly CgroupMount[];
  /** The text of /proc/PID/cgroup of the first process: all processes looked at are in its cgroups. */
  readonly #first: string;
  #limited: { readonly at: number; readonly cgroups: readonly LimitedCgroup[] } | null = null;
  readonly #use: MemoryUseReader;

  constructor(tree: ProcTree, pageSize: number, mounts: readonly CgroupMount[]) {
    this.#tree = tree;
    this.#pageSize = pageSize;
    this.#use = new MemoryUseReader(tree, pageSize);
    this.#fixed = {
      name: (tree.text('sys/kernel/hostname') ?? 'unknown').trim(),
      os: systemName(tree),
      cores: countCores(tree.text('stat', MOST_STAT) ?? ''),
      ticksPerSecond: TICKS_PER_SECOND,
    };
    // If the first process is hidden, only processes of this user are visible, and they are in workertop's own cgroup.
    this.#first = tree.text('1/cgroup') ?? tree.text('self/cgroup') ?? '';
    this.#mounts = mounts;
  }

  /**
   * @param now seconds since boot
   * @param distribution the name in os-release(5); null if unknown
   * @throws Error if the tree has no meminfo: then it is not a proc tree
   */
  read(now: number, distribution: string | null): HostSample {
    const tree = this.#tree;
    tree.expect(['meminfo', 'vmstat', 'pressure/memory', 'loadavg']);
    const counters = parseCounters(tree.text('vmstat') ?? '');
    const text = tree.text('meminfo');
    if (text === null) throw new Error(`${tree.root}/meminfo cannot be read: is ${tree.root} a proc tree?`);
    const meminfo = parseMeminfo(text);
    const read = this.#use.read(meminfo, counters, now);
    const cgroup = lowestOf(tree, this.#limitedNow(now));
    const use = read ?? cgroup?.use;
    return {
      ...this.#fixed,
      os:
        distribution === null
          ? [this.#fixed.os, tree.architecture ?? ''].join(' ').trim()
          : `${distribution}, ${this.#fixed.os}`,
      memory: hostMemory(meminfo),
      cgroup,
      ...(use === undefined ? {} : { use }),
      pressure: this.#pressure(counters),
      load: parseLoad(tree.text('loadavg') ?? ''),
    };
  }

  #pressure(counters: ReadonlyMap<string, number>): Pressure | null {
    const averages = parsePressure(this.#tree.text('pressure/memory') ?? '');
    if (counters.size === 0 && averages.someAvg10 === null) return null;
    const inBytes = (pages: number | undefined) => (pages === undefined ? null : pages * this.#pageSize);
    return {
      ...averages,
      swappedIn: inBytes(counters.get('pswpin')),
      swappedOut: inBytes(counters.get('pswpout')),
      oomKills: counters.get('oom_kill') ?? null,
    };
  }

  #limitedNow(now: number): readonly LimitedCgroup[] {
    const before = this.#limited;
    if (before !== null && now - before.at < LASTING && now >= before.at) return before.cgroups;
    const cgroups = limitedCgroups(this.#tree, this.#first, this.#mounts);
    this.#limited = { at: now, cgroups };
    return cgroups;
  }
}

function hostMemory(meminfo: ReadonlyMap<string, number>): HostMemory {
  const figure = (name: string) => meminfo.get(name) ?? 0;
  const cache = (cacheLists(meminfo) ?? pageCache(meminfo)) + figure('SReclaimable');
  return {
    total: figure('MemTotal'),
    free: figure('MemFree'),
    // Linux before 3.14 has no MemAvailable.
    available: meminfo.get('MemAvailable') ?? figure('MemFree') + cache,
    cache,
    swapTotal: figure('SwapTotal'),
    swapUsed: Math.max(0, figure('SwapTotal') - figure('SwapFree')),
  };
}

function countCores(stat: string): number {
  return Math.max(1, [...stat.matchAll(/^cpu\d+ /gm)].length);
}

function systemName(tree: ProcTree): string {
  const kernel = (tree.text('sys/kernel/osrelease') ?? 'unknown').trim();
  return `Linux ${kernel}`;
}
