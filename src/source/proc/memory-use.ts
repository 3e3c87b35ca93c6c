import type { KernelPart, MemoryUse } from '../../snapshot.ts';
import { readBootLog } from './kernel-log.ts';
import {
  type BootMemory,
  isLxcfs,
  parseArc,
  parseBootLog,
  parseSocketPages,
  parseZones,
  parseZram,
  parseZramSwap,
  type Zones,
} from './parsers/memory-use.ts';
import type { ProcTree } from './tree.ts';

/** Figures that change slowly are read again after this many seconds. */
const LASTING = 10;

/** Bytes. A longer file is not read, and its figure is unknown. */
const LARGEST = 1024 * 1024;

/** Slow figures that are not in meminfo. */
type OtherFigures = Pick<MemoryUse, 'arc' | 'swapInMemory'> & {
  readonly zram: number | null;
  readonly sockets: number | null;
};

/** What was read, and when: seconds since boot. */
interface Kept<T> {
  readonly at: number;
  readonly found: T;
}

const isDue = (kept: Kept<unknown> | null, now: number): boolean =>
  kept === null || now - kept.at >= LASTING || now < kept.at;

/** Accounts for memory that no process has. */
export class MemoryUseReader {
  readonly #tree: ProcTree;
  readonly #pageSize: number;
  #otherFigures: Kept<OtherFigures | null> | null = null;
  #zones: Kept<Zones | null> | null = null;
  #boot: BootMemory | null | undefined;

  constructor(tree: ProcTree, pageSize: number) {
    this.#tree = tree;
    this.#pageSize = pageSize;
  }

  /**
   * Null if meminfo is a container's (lxcfs): everything else is then the host's, even some lines of meminfo. To be
   * called right after meminfo was read: pages move between lists all the time.
   * @param meminfo bytes by name
   * @param counters of proc_vmstat(5)
   * @param now seconds since boot
   */
  read(meminfo: ReadonlyMap<string, number>, counters: ReadonlyMap<string, number>, now: number): MemoryUse | null {
    // Over a network, zoneinfo would be most of what is sent.
    const zonesAreDue = this.#tree.opens || isDue(this.#zones, now);
    if (zonesAreDue) this.#tree.expect(['zoneinfo']);
    if (isDue(this.#otherFigures, now))
      this.#tree.expect(['swaps', 'self/mountinfo', 'spl/kstat/zfs/arcstats', 'net/sockstat']);
    if (zonesAreDue) this.#zones = { at: now, found: this.#readZones() };
    if (this.#otherFigures === null || isDue(this.#otherFigures, now)) {
      this.#otherFigures = { at: now, found: this.#readOtherFiles() };
    }
    if (this.#otherFigures.found === null) return null;
    const { arc, swapInMemory, zram, sockets } = this.#otherFigures.found;
    const zones = this.#zones?.found ?? null;
    const boot = this.#bootMemory();
    const figure = (name: string) => meminfo.get(name) ?? null;
    const inPages = (name: string) => {
      const pages = counters.get(name);
      return pages === undefined ? null : pages * this.#pageSize;
    };
    const zswap = figure('Zswap');
    const slabCache = figure('SReclaimable');
    const kernel: Readonly<Record<Exclude<KernelPart, 'kernel'>, number | null>> = {
      slab: figure('SUnreclaim'),
      'page-tables': sumOf(figure('PageTables'), figure('SecPageTables')),
      stacks: figure('KernelStack'),
      'per-cpu': lessOf(figure('Percpu'), boot?.perCpu ?? null),
      vmalloc: vmallocOf(meminfo),
      'boot-tables': boot?.tables ?? null,
      sockets,
      locked: lockedOf(meminfo),
      'swap-cache': swapCacheOf(meminfo),
      // Without a sys tree, take the kernel's count of zsmalloc pages, which includes zswap's.
      zram: zram ?? lessOf(inPages('nr_zspages'), zswap),
      zswap,
      balloon: figure('Balloon') ?? lessOf(inPages('balloon_inflate'), inPages('balloon_deflate')),
      'cpu-lists': zones === null ? null : zones.cpuLists * this.#pageSize,
    };
    return {
      anonymous: figure('AnonPages'),
      shmem: figure('Shmem'),
      huge: hugeOf(meminfo),
      arc,
      swapInMemory,
      ...(zones === null ? {} : { reserve: zones.reserve * this.#pageSize }),
      ...(slabCache === null ? {} : { slabCache }),
      kernel: Object.fromEntries(Object.entries(kernel).filter(([, value]) => value !== null && value > 0)),
    };
  }

  #readZones(): Zones | null {
    const zoneinfo = this.#tree.wholeText('zoneinfo', LARGEST);
    return zoneinfo === null ? null : parseZones(zoneinfo);
  }

  /** The log is read once: what the kernel took at boot it keeps. */
  #bootMemory(): BootMemory | null {
    if (this.#boot === undefined) {
      const log = this.#tree.isOwn ? readBootLog() : null;
      this.#boot = log === null ? null : parseBootLog(log, this.#pageSize);
    }
    return this.#boot;
  }

  #readOtherFiles(): OtherFigures | null {
    const isContainers = this.#isContainers();
    if (isContainers === true) return null;
    return {
      arc: isContainers === null ? null : parseArc(this.#tree.text('spl/kstat/zfs/arcstats') ?? ''),
      swapInMemory: parseZramSwap(this.#tree.text('swaps') ?? ''),
      zram: this.#zram(),
      sockets: this.#sockets(),
    };
  }

  /** Bytes of the queues of TCP and UDP, on the whole machine. */
  #sockets(): number | null {
    const pages = parseSocketPages(this.#tree.text('net/sockstat') ?? '');
    return pages === null ? null : pages * this.#pageSize;
  }

  /** Whether meminfo is a container's; null if there are too many mounts to be read. */
  #isContainers(): boolean | null {
    for (const process of ['self', '1']) {
      const mountinfo = this.#tree.whole(`${process}/mountinfo`, LARGEST);
      if (mountinfo === 'huge') return null;
      if (typeof mountinfo !== 'string') return isLxcfs(mountinfo.toString());
    }
    return false;
  }

  #zram(): number | null {
    const devices = this.#tree.list(`${this.#tree.sys}/block`)?.filter((name) => /^zram\d+$/.test(name)) ?? [];
    return devices
      .map((name) => parseZram(this.#tree.text(`${this.#tree.sys}/block/${name}/mm_stat`) ?? ''))
      .reduce(sumOf, null);
  }
}

function sumOf(a: number | null, b: number | null): number | null {
  return a === null ? b : a + (b ?? 0);
}

function lessOf(a: number | null, b: number | null): number | null {
  return a === null ? null : Math.max(0, a - (b ?? 0));
}

/**
 * VmallocUsed without kernel stacks, which meminfo counts separately too (CONFIG_VMAP_STACK). Null before Linux 5.3,
 * where VmallocUsed was 0 or counted addresses. Percpu came at about the same time.
 */
function vmallocOf(meminfo: ReadonlyMap<string, number>): number | null {
  return meminfo.has('Percpu') ? lessOf(meminfo.get('VmallocUsed') ?? null, meminfo.get('KernelStack') ?? null) : null;
}

/**
 * The swap cache without the pages that processes have mapped again, which AnonPages includes: what the lists of pages
 * hold beside anonymous and shared memory.
 */
function swapCacheOf(meminfo: ReadonlyMap<string, number>): number | null {
  const of = (name: string) => meminfo.get(name) ?? 0;
  const all = meminfo.get('SwapCached') ?? null;
  if (all === null || !meminfo.has('Active(anon)')) return all;
  const lists = of('Active(anon)') + of('Inactive(anon)') + of('Unevictable');
  return Math.min(all, Math.max(0, lists - of('AnonPages') - of('Shmem')));
}

/** Page cache that cannot be dropped: locked by mlock(2), or of a ramfs. */
function lockedOf(meminfo: ReadonlyMap<string, number>): number | null {
  const droppable = cacheLists(meminfo);
  return droppable === null ? null : Math.max(0, pageCache(meminfo) - droppable);
}

/** Page cache and buffers, without shared memory, which meminfo includes. */
export function pageCache(meminfo: ReadonlyMap<string, number>): number {
  const of = (name: string) => meminfo.get(name) ?? 0;
  return Math.max(0, of('Buffers') + of('Cached') - of('Shmem'));
}

/**
 * The part of the page cache that MemAvailable counts on (si_mem_available in the kernel's mm/show_mem.c); null if
 * unknown.
 */
export function cacheLists(meminfo: ReadonlyMap<string, number>): number | null {
  const active = meminfo.get('Active(file)');
  const inactive = meminfo.get('Inactive(file)');
  return active === undefined || inactive === undefined ? null : active + inactive;
}

function hugeOf(meminfo: ReadonlyMap<string, number>): MemoryUse['huge'] {
  const size = meminfo.get('Hugepagesize');
  const total = meminfo.get('HugePages_Total');
  if (size === undefined || total === undefined || total === 0) return null;
  const used = (total - (meminfo.get('HugePages_Free') ?? total)) * size;
  // Hugetlb includes pools of other page sizes.
  return { total: Math.max(total * size, meminfo.get('Hugetlb') ?? 0), used };
}
