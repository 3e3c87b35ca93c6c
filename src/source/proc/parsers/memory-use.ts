/**
 * The sum of `mem_used_total`, zsmalloc's own count, in /sys/block/zram*\/mm_stat
 * (Documentation/admin-guide/blockdev/zram.rst).
 */
export function parseZram(mmStat: string): number | null {
  const used = /^\s*\d+\s+\d+\s+(\d+)/.exec(mmStat)?.[1];
  return used === undefined ? null : Number(used);
}

/** Size and use of swap on zram in proc_swaps(5), in bytes; null if there is none. */
export function parseZramSwap(swaps: string): { readonly total: number; readonly used: number } | null {
  let total = 0;
  let used = 0;
  for (const [, size, taken] of swaps.matchAll(/^\/dev\/(?:block\/)?zram\d+\s+\S+\s+(\d+)\s+(\d+)/gm)) {
    total += Number(size) * 1024;
    used += Number(taken) * 1024;
  }
  return total === 0 ? null : { total, used };
}

/** Size and minimum size of ZFS's cache, from /proc/spl/kstat/zfs/arcstats. */
export function parseArc(arcstats: string): { readonly size: number; readonly least: number } | null {
  const figure = (name: string) => new RegExp(`^${name} +\\d+ +(\\d+)$`, 'm').exec(arcstats)?.[1];
  const size = figure('size');
  return size === undefined ? null : { size: Number(size), least: Number(figure('c_min') ?? 0) };
}

/** What proc_zoneinfo(5) tells, in pages. */
export interface Zones {
  /** Free pages that each CPU keeps. MemFree leaves them out. */
  readonly cpuLists: number;
  /**
   * Free pages that programs never get: the largest of each zone's `protection` and its `high` mark
   * (calculate_totalreserve_pages in the kernel's mm/page_alloc.c). MemAvailable leaves them out.
   */
  readonly reserve: number;
}

export function parseZones(zoneinfo: string): Zones {
  let cpuLists = 0;
  let reserve = 0;
  for (const [, count] of zoneinfo.matchAll(/^ +cpu: \d+\n +count: +(\d+)$/gm)) cpuLists += Number(count);
  for (const zone of zoneinfo.split(/^(?=Node )/m)) {
    const figure = (name: string) => Number(new RegExp(`^ +${name} +(\\d+)$`, 'm').exec(zone)?.[1] ?? 0);
    const protection = /^ +protection: \(([\d, ]+)\)$/m.exec(zone)?.[1] ?? '';
    const largest = Math.max(0, ...protection.split(',').map(Number));
    reserve += Math.min(figure('managed'), largest + figure('high'));
  }
  return { cpuLists, reserve };
}

/** Memory that the kernel took for itself at boot, in bytes. */
export interface BootMemory {
  /** Hash tables of pages that no counter of meminfo includes. */
  readonly tables: number;
  /** The part of meminfo's `Percpu` that is no part of MemTotal (pcpu_setup_first_chunk in the kernel's mm/percpu.c). */
  readonly perCpu: number;
}

/** Tables made before there were pages to allocate (HASH_EARLY in the kernel's source): no part of MemTotal. */
const EARLY = /^(?:Dentry cache|Inode-cache|PID|PV qspinlock)$/;

/** From the kernel's log (alloc_large_system_hash in mm/mm_init.c, pcpu_embed_first_chunk in mm/percpu.c). */
export function parseBootLog(log: string, pageSize: number): BootMemory {
  let tables = 0;
  // `vmalloc` stands where meminfo's VmallocUsed includes it. Before Linux 5.3 nothing tells.
  for (const [, name = '', bytes] of log.matchAll(
    /^(.+) hash table entries: \d+ \(order: -?\d+, (\d+) bytes, linear\)$/gm,
  )) {
    if (!EARLY.test(name)) tables += Number(bytes);
  }
  const units = /\bnr_cpu_ids:(\d+)/.exec(log)?.[1] ?? 0;
  const pages = /^percpu: Embedded (\d+) pages\/cpu /m.exec(log)?.[1] ?? 0;
  return { tables, perCpu: Number(units) * Number(pages) * pageSize };
}

/** Whether lxcfs makes meminfo for a container (proc_pid_mountinfo(5)). Every other file is then the host's. */
export function isLxcfs(mountinfo: string): boolean {
  return /^\d+ \d+ \S+ \S+ \S*\/meminfo .* - fuse\.lxcfs /m.test(mountinfo);
}

/** Pages in the queues of TCP and UDP, from /proc/net/sockstat (proc_pid_net(5)). Null if it has no figures. */
export function parseSocketPages(sockstat: string): number | null {
  const found = [...sockstat.matchAll(/^(?:TCP|UDP): .*?\bmem (\d+)$/gm)];
  return found.length === 0 ? null : found.reduce((sum, [, pages]) => sum + Number(pages), 0);
}
