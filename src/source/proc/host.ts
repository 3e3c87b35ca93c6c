import { arch, release } from 'node:os';
import type { HostMemory, HostSample, MemoryLimit, Pressure } from '../../snapshot.ts';
import { readRegular, readText } from './files.ts';
import { TICKS_PER_SECOND } from './machine.ts';
import { parseCounters, parseLoad, parseMeminfo, parsePressure } from './parsers/host.ts';

/** cgroup v1 says so when there is no limit: the largest number of whole pages. */
const UNLIMITED = 2 ** 60;

const CGROUPS = '/sys/fs/cgroup';

/** Reads the host's figures out of a proc tree, which may be another machine's or a container's. */
export class HostReader {
  readonly #root: string;
  readonly #pageSize: number;
  readonly #cgroups: string;
  readonly #fixed: Pick<HostSample, 'name' | 'os' | 'cores' | 'ticksPerSecond'>;
  /** Directories of the cgroups that hold this machine's first process, and so all of it. */
  readonly #limited: readonly CgroupFiles[];

  constructor(root: string, pageSize: number, cgroups = CGROUPS) {
    this.#root = root;
    this.#pageSize = pageSize;
    this.#cgroups = cgroups;
    this.#fixed = {
      name: (readText(`${root}/sys/kernel/hostname`) ?? 'unknown').trim(),
      os: osName(root),
      cores: countCores(readText(`${root}/stat`) ?? ''),
      ticksPerSecond: TICKS_PER_SECOND,
    };
    this.#limited = this.#findLimits();
  }

  /** @throws Error when the tree has no meminfo: then it is no proc tree */
  read(): HostSample {
    const meminfo = readText(`${this.#root}/meminfo`);
    if (meminfo === null) throw new Error(`${this.#root}/meminfo cannot be read: is ${this.#root} a proc tree?`);
    return {
      ...this.#fixed,
      memory: hostMemory(parseMeminfo(meminfo)),
      cgroup: this.#limit(),
      pressure: this.#pressure(),
      load: parseLoad(readText(`${this.#root}/loadavg`) ?? ''),
    };
  }

  #pressure(): Pressure | null {
    const counters = parseCounters(readText(`${this.#root}/vmstat`) ?? '');
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

  /** The lowest of the limits that its first process is under. */
  #limit(): MemoryLimit | null {
    let lowest: MemoryLimit | null = null;
    for (const files of this.#limited) {
      const limit = number(readText(files.limit));
      if (limit === null || (lowest !== null && limit >= lowest.limit)) continue;
      const cache = parseCounters(readText(files.stat) ?? '').get(files.inactive) ?? 0;
      lowest = { limit, used: Math.max(0, (number(readText(files.usage)) ?? 0) - cache) };
    }
    return lowest;
  }

  #findLimits(): readonly CgroupFiles[] {
    const hierarchies = new Map<string, string>();
    for (const [, controllers = '', path = ''] of (readText(`${this.#root}/1/cgroup`) ?? '0::/').matchAll(
      /^\d+:([^:\n]*):(.*)$/gm,
    )) {
      for (const controller of controllers.split(',')) hierarchies.set(controller, path);
    }
    const unified = hierarchies.get('');
    const v1 = hierarchies.get('memory');
    return [
      ...(unified === undefined ? [] : upwards(unified).map((path) => v2Files(this.#cgroups + path))),
      ...(v1 === undefined ? [] : upwards(v1).map((path) => v1Files(`${this.#cgroups}/memory${path}`))),
    ].filter(({ limit }) => (number(readText(limit)) ?? UNLIMITED) < UNLIMITED);
  }
}

interface CgroupFiles {
  readonly limit: string;
  readonly usage: string;
  readonly stat: string;
  /** Of `stat`: page cache that can be dropped. */
  readonly inactive: string;
}

/** Documentation/admin-guide/cgroup-v2.rst. */
function v2Files(folder: string): CgroupFiles {
  return {
    limit: `${folder}/memory.max`,
    usage: `${folder}/memory.current`,
    stat: `${folder}/memory.stat`,
    inactive: 'inactive_file',
  };
}

/** Documentation/admin-guide/cgroup-v1/memory.rst. */
function v1Files(folder: string): CgroupFiles {
  return {
    limit: `${folder}/memory.limit_in_bytes`,
    usage: `${folder}/memory.usage_in_bytes`,
    stat: `${folder}/memory.stat`,
    inactive: 'total_inactive_file',
  };
}

/** `/a/b`, `/a` and ``. */
function upwards(path: string): readonly string[] {
  const parts = path.split('/').filter((part) => part !== '' && part !== '..');
  return Array.from({ length: parts.length + 1 }, (_, index) =>
    parts
      .slice(0, parts.length - index)
      .map((part) => `/${part}`)
      .join(''),
  );
}

function number(text: string | null): number | null {
  return text !== null && /^\d+\s*$/.test(text) ? Number(text) : null;
}

function hostMemory(meminfo: ReadonlyMap<string, number>): HostMemory {
  const of = (name: string) => meminfo.get(name) ?? 0;
  const cache = Math.max(0, of('Buffers') + of('Cached') + of('SReclaimable') - of('Shmem'));
  return {
    total: of('MemTotal'),
    free: of('MemFree'),
    // Linux before 3.14 does not say.
    available: meminfo.get('MemAvailable') ?? of('MemFree') + cache,
    cache,
    swapTotal: of('SwapTotal'),
    swapUsed: Math.max(0, of('SwapTotal') - of('SwapFree')),
  };
}

function countCores(stat: string): number {
  return Math.max(1, [...stat.matchAll(/^cpu\d+ /gm)].length);
}

function osName(root: string): string {
  const kernel = (readText(`${root}/sys/kernel/osrelease`) ?? release()).trim();
  const distribution = /^PRETTY_NAME="?([^"\n]*)"?$/m.exec(readRegular('/etc/os-release') ?? '')?.[1];
  return distribution === undefined ? `Linux ${kernel} ${arch()}` : `${distribution}, Linux ${kernel}`;
}
