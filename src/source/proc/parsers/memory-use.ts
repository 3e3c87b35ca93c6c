/** Sums of zsmalloc's own count in /sys/block/zram*\/mm_stat (Documentation/admin-guide/blockdev/zram.rst): `mem_used_total`. */
export function parseZram(mmStat: string): number | null {
  const used = /^\s*\d+\s+\d+\s+(\d+)/.exec(mmStat)?.[1];
  return used === undefined ? null : Number(used);
}

/** Of proc_swaps(5): how large the swap on zram is and what of it is in use, in bytes; null where there is none. */
export function parseZramSwap(swaps: string): { readonly total: number; readonly used: number } | null {
  let total = 0;
  let used = 0;
  for (const [, size, taken] of swaps.matchAll(/^\/dev\/(?:block\/)?zram\d+\s+\S+\s+(\d+)\s+(\d+)/gm)) {
    total += Number(size) * 1024;
    used += Number(taken) * 1024;
  }
  return total === 0 ? null : { total, used };
}

/** Of /proc/spl/kstat/zfs/arcstats: the size of ZFS's cache, and what it does not shrink below. */
export function parseArc(arcstats: string): { readonly size: number; readonly least: number } | null {
  const figure = (name: string) => new RegExp(`^${name} +\\d+ +(\\d+)$`, 'm').exec(arcstats)?.[1];
  const size = figure('size');
  return size === undefined ? null : { size: Number(size), least: Number(figure('c_min') ?? 0) };
}

/** Of proc_zoneinfo(5): free pages that each CPU keeps for itself, and that MemFree leaves out. */
export function parseCpuLists(zoneinfo: string): number {
  let pages = 0;
  for (const [, count] of zoneinfo.matchAll(/^ +cpu: \d+\n +count: +(\d+)$/gm)) pages += Number(count);
  return pages;
}

/** Whether meminfo is made by lxcfs for a container, of whose machine everything else is (proc_pid_mountinfo(5)). */
export function isLxcfs(mountinfo: string): boolean {
  return /^\d+ \d+ \S+ \S+ \S*\/meminfo .* - fuse\.lxcfs /m.test(mountinfo);
}
