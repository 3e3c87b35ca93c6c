import type { KernelPart, MemoryUse } from '../../snapshot.ts';
import { isLxcfs, parseArc, parseCpuLists, parseZram, parseZramSwap } from './parsers/memory-use.ts';
import type { ProcTree } from './tree.ts';

/**
 * Figures from other files than meminfo are read again after this many seconds: they change slowly, and zoneinfo is
 * long.
 */
const LASTING = 10;

/** Bytes. A longer file is not read, and its figure is unknown. */
const LARGEST = 1024 * 1024;

/** Figures that are not in meminfo. */
type OtherFigures = Pick<MemoryUse, 'arc' | 'swapInMemory'> & {
  readonly zram: number | null;
  readonly cpuLists: number | null;
};

/** Accounts for memory that no process has. */
export class MemoryUseReader {
  readonly #tree: ProcTree;
  readonly #pageSize: number;
  #otherFigures: { readonly at: number; readonly figures: OtherFigures } | null = null;

  constructor(tree: ProcTree, pageSize: number) {
    this.#tree = tree;
    this.#pageSize = pageSize;
  }

  /**
   * @param meminfo bytes by name
   * @param counters of proc_vmstat(5)
   * @param now seconds since boot
   */
  read(meminfo: ReadonlyMap<string, number>, counters: ReadonlyMap<string, number>, now: number): MemoryUse {
    if (this.#otherFigures === null || now - this.#otherFigures.at >= LASTING || now < this.#otherFigures.at) {
      this.#otherFigures = { at: now, figures: this.#readOtherFiles() };
    }
    const { arc, swapInMemory, zram, cpuLists } = this.#otherFigures.figures;
    const figure = (name: string) => meminfo.get(name) ?? null;
    const inPages = (name: string) => {
      const pages = counters.get(name);
      return pages === undefined ? null : pages * this.#pageSize;
    };
    const zswap = figure('Zswap');
    const kernel: Readonly<Record<Exclude<KernelPart, 'kernel' | 'sockets'>, number | null>> = {
      slab: figure('SUnreclaim'),
      'page-tables': sumOf(figure('PageTables'), figure('SecPageTables')),
      stacks: figure('KernelStack'),
      'per-cpu': figure('Percpu'),
      vmalloc: vmallocOf(meminfo),
      locked: lockedOf(meminfo),
      'swap-cache': figure('SwapCached'),
      // Without a sys tree, take the kernel's count of zsmalloc pages, which includes zswap's.
      zram: zram ?? lessOf(inPages('nr_zspages'), zswap),
      zswap,
      balloon: figure('Balloon') ?? lessOf(inPages('balloon_inflate'), inPages('balloon_deflate')),
      'cpu-lists': cpuLists,
    };
    return {
      anonymous: figure('AnonPages'),
      shmem: figure('Shmem'),
      huge: hugeOf(meminfo),
      arc,
      swapInMemory,
      kernel: Object.fromEntries(Object.entries(kernel).filter(([, value]) => value !== null && value > 0)),
    };
  }

  #readOtherFiles(): OtherFigures {
    this.#tree.expect(['zoneinfo', 'swaps', 'self/mountinfo', 'spl/kstat/zfs/arcstats']);
    const zoneinfo = this.#tree.wholeText('zoneinfo', LARGEST);
    return {
      arc: this.#arc(),
      swapInMemory: parseZramSwap(this.#tree.text('swaps') ?? ''),
      zram: this.#zram(),
      cpuLists: zoneinfo === null ? null : parseCpuLists(zoneinfo) * this.#pageSize,
    };
  }

  #zram(): number | null {
    const devices = this.#tree.list(`${this.#tree.sys}/block`)?.filter((name) => /^zram\d+$/.test(name)) ?? [];
    return devices
      .map((name) => parseZram(this.#tree.text(`${this.#tree.sys}/block/${name}/mm_stat`) ?? ''))
      .reduce(sumOf, null);
  }

  /** ZFS's cache. Null in a container with lxcfs: meminfo is then the container's, and arcstats the host's. */
  #arc(): MemoryUse['arc'] {
    const mounts = ['self', '1'].map((process) => this.#tree.whole(`${process}/mountinfo`, LARGEST));
    const mountinfo = mounts.find((text) => text !== 'missing' && text !== 'denied') ?? '';
    if (mountinfo === 'huge') return null;
    return isLxcfs(mountinfo.toString()) ? null : parseArc(this.#tree.text('spl/kstat/zfs/arcstats') ?? '');
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
