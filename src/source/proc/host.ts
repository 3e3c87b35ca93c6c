import { arch, release } from 'node:os';
import type { HostMemory, HostSample, MemoryLimit, Pressure } from '../../snapshot.ts';
import { type CgroupMount, type LimitedCgroup, limitedCgroups, limitOf, usageOf } from './cgroups.ts';
import { readText } from './files.ts';
import { TICKS_PER_SECOND } from './machine.ts';
import { cacheLists, MemoryUseReader, pageCache } from './memory-use.ts';
import { parseCounters, parseLoad, parseMeminfo, parsePressure } from './parsers/host.ts';

/** Reads the host's figures from a proc tree, which may be another machine's or a container's. */
export class HostReader {
  readonly #root: string;
  readonly #pageSize: number;
  readonly #fixed: Pick<HostSample, 'name' | 'os' | 'cores' | 'ticksPerSecond'>;
  /** The cgroups of the first process: all processes looked at are in them. */
  readonly #limited: readonly LimitedCgroup[];
  readonly #use: MemoryUseReader;

  constructor(root: string, pageSize: number, mounts: readonly CgroupMount[]) {
    this.#root = root;
    this.#pageSize = pageSize;
    this.#use = new MemoryUseReader(root, pageSize);
    this.#fixed = {
      name: (readText(`${root}/sys/kernel/hostname`) ?? 'unknown').trim(),
      os: systemName(root),
      cores: countCores(readText(`${root}/stat`) ?? ''),
      ticksPerSecond: TICKS_PER_SECOND,
    };
    // If the first process is hidden, only processes of this user are visible, and they are in workertop's own cgroup.
    const first = readText(`${root}/1/cgroup`) ?? readText(`${root}/self/cgroup`) ?? '';
    this.#limited = limitedCgroups(first, mounts);
  }

  /**
   * @param now seconds since boot
   * @param distribution the name in os-release(5); null if unknown
   * @throws Error if the tree has no meminfo: then it is not a proc tree
   */
  read(now: number, distribution: string | null): HostSample {
    const text = readText(`${this.#root}/meminfo`);
    if (text === null) throw new Error(`${this.#root}/meminfo cannot be read: is ${this.#root} a proc tree?`);
    const meminfo = parseMeminfo(text);
    const counters = parseCounters(readText(`${this.#root}/vmstat`) ?? '');
    return {
      ...this.#fixed,
      os: distribution === null ? `${this.#fixed.os} ${arch()}` : `${distribution}, ${this.#fixed.os}`,
      memory: hostMemory(meminfo),
      cgroup: this.#limit(),
      use: this.#use.read(meminfo, counters, now),
      pressure: this.#pressure(counters),
      load: parseLoad(readText(`${this.#root}/loadavg`) ?? ''),
    };
  }

  #pressure(counters: ReadonlyMap<string, number>): Pressure | null {
    const averages = parsePressure(readText(`${this.#root}/pressure/memory`) ?? '');
    if (counters.size === 0 && averages.someAvg10 === null) return null;
    const inBytes = (pages: number | undefined) => (pages === undefined ? null : pages * this.#pageSize);
    return {
      ...averages,
      swappedIn: inBytes(counters.get('pswpin')),
      swappedOut: inBytes(counters.get('pswpout')),
      oomKills: counters.get('oom_kill') ?? null,
    };
  }

  /** The lowest memory limit that the first process is under. */
  #limit(): MemoryLimit | null {
    let lowest: MemoryLimit | null = null;
    for (const cgroup of this.#limited) {
      const limit = limitOf(cgroup);
      if (limit === null || (lowest !== null && limit >= lowest.limit)) continue;
      lowest = { limit, ...(usageOf(cgroup) ?? { used: 0, cache: 0 }) };
    }
    return lowest;
  }
}

function hostMemory(meminfo: ReadonlyMap<string, number>): HostMemory {
  const of = (name: string) => meminfo.get(name) ?? 0;
  const cache = (cacheLists(meminfo) ?? pageCache(meminfo)) + of('SReclaimable');
  return {
    total: of('MemTotal'),
    free: of('MemFree'),
    // Linux before 3.14 has no MemAvailable.
    available: meminfo.get('MemAvailable') ?? of('MemFree') + cache,
    cache,
    swapTotal: of('SwapTotal'),
    swapUsed: Math.max(0, of('SwapTotal') - of('SwapFree')),
  };
}

function countCores(stat: string): number {
  return Math.max(1, [...stat.matchAll(/^cpu\d+ /gm)].length);
}

function systemName(root: string): string {
  const kernel = (readText(`${root}/sys/kernel/osrelease`) ?? release()).trim();
  return `Linux ${kernel}`;
}
