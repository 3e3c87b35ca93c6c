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

/** Free pages that each CPU keeps, from proc_zoneinfo(5). MemFree leaves them out. */
export function parseCpuLists(zoneinfo: string): number {
  let pages = 0;
  for (const [, count] of zoneinfo.matchAll(/^ +cpu: \d+\n +count: +(\d+)$/gm)) pages += Number(count);
  return pages;
}

/** Whether lxcfs makes meminfo for a container (proc_pid_mountinfo(5)). Every other file is then the host's. */
export function isLxcfs(mountinfo: string): boolean {
  return /^\d+ \d+ \S+ \S+ \S*\/meminfo .* - fuse\.lxcfs /m.test(mountinfo);
}
