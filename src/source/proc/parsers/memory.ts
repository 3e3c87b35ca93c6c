/** One process's memory in bytes. USS ≤ PSS ≤ RSS. */
export interface MemoryFigures {
  readonly rss: number;
  readonly pss: number;
  readonly uss: number;
  /** Proportional swap. */
  readonly swap: number;
}

const KIB = 1024;

/**
 * /proc/PID/smaps_rollup, or the whole of /proc/PID/smaps, whose mappings are summed up: the lines are the same
 * (Documentation/filesystems/proc.rst). Null when there is no PSS in it: a kernel thread, a zombie.
 */
export function parseSmaps(text: string): MemoryFigures | null {
  let rss = 0;
  let pss = 0;
  let uss = 0;
  let swap = 0;
  let found = false;
  const lines = /^(Rss|Pss|Private_Clean|Private_Dirty|Private_Hugetlb|SwapPss): +(\d+) kB$/gm;
  for (const [, name, kib] of text.matchAll(lines)) {
    const value = Number(kib) * KIB;
    if (name === 'SwapPss') swap += value;
    else if (name === 'Rss') rss += value;
    else if (name === 'Pss') {
      pss += value;
      found = true;
    } else {
      uss += value;
      // Huge pages are in none of Rss and Pss, but go when the process goes.
      if (name === 'Private_Hugetlb') {
        rss += value;
        pss += value;
      }
    }
  }
  if (!found) return null;
  // Each is rounded to a KiB by itself, mapping for mapping.
  return { rss: Math.max(rss, pss, uss), pss: Math.max(pss, uss), uss, swap };
}

/** The resident pages of proc_pid_statm(5), and how many of them are of files or shared memory. */
export function parseStatm(text: string): { readonly resident: number; readonly shared: number } | null {
  const [, resident, shared] = /^\d+ (\d+) (\d+)/.exec(text) ?? [];
  if (resident === undefined || shared === undefined) return null;
  return { resident: Number(resident), shared: Number(shared) };
}
