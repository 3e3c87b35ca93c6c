/** One process's memory in bytes. USS ≤ PSS ≤ RSS. */
export interface MemoryFigures {
  readonly rss: number;
  readonly pss: number;
  readonly uss: number;
  /** Proportional swap. */
  readonly swap: number;
  /**
   * The parts of PSS: anonymous memory, files, shared memory. Null if the kernel does not report them (before Linux
   * 5.4).
   */
  readonly anon: number | null;
  readonly file: number | null;
  readonly shmem: number | null;
  /** Files that the process keeps locked in memory. `file` leaves them out: they cannot be dropped. */
  readonly lockedFile?: number;
  /**
   * Anonymous pages that the process has given up (MADV_FREE of madvise(2)). The kernel drops them as it drops file
   * pages, so `file` has them and `anon` has not.
   */
  readonly lazyFree?: number;
  /** Anonymous memory that no other process has, and files locked by it alone: available when the process ends. */
  readonly frees: number;
  /** How much too high `frees` may be: what is private may be shared memory or a file. Only smaps tells. */
  readonly unsure: number;
  /**
   * Huge pages (hugetlbfs) of this process alone. RSS, PSS and USS include them; they return to the pool of huge pages.
   */
  readonly privateHuge: number;
  /** Huge pages that other processes map too, counted in full. No figure above includes them. */
  readonly sharedHuge: number;
}

const KIB = 1024;

/** Most characters of a figure: blanks and digits. */
const LONGEST_FIGURE = 24;

/** The lines of smaps that are used (Documentation/filesystems/proc.rst). */
export const memoryFigures = [
  'Rss',
  'Pss',
  'Pss_Anon',
  'Pss_File',
  'Pss_Shmem',
  'Shared_Clean',
  'Shared_Dirty',
  'Private_Clean',
  'Private_Dirty',
  'Anonymous',
  'LazyFree',
  'Locked',
  'Shared_Hugetlb',
  'Private_Hugetlb',
  'SwapPss',
] as const;

type Name = (typeof memoryFigures)[number];

/** Bytes by name. A line that is missing has no entry. */
type Sums = Partial<Record<Name, number>>;

/** The device, the inode (0 for memory without a file) and the path of a mapping in proc_pid_maps(5). */
export const HEADER = /^[0-9a-f]+-[0-9a-f]+ \S{4} [0-9a-f]+ ([0-9a-f]+:[0-9a-f]+) (\d+) *(.*)$/gm;

/**
 * Names of shared memory on tmpfs: shm_open(3), shmget(2), memfd_create(2), mmap(2) with MAP_SHARED | MAP_ANONYMOUS,
 * which a program may have named (PR_SET_VMA_ANON_NAME of prctl(2)).
 */
export const SHARED_MEMORY = /^(?:\/(?:dev\/shm\/|SYSV|memfd:|dev\/zero\b)|\[anon_shmem:)/;

/**
 * Adds the figures of a text to the sums. Searching for each name costs half of matching all lines, and this runs for
 * every process.
 */
function addFigures(text: string, sums: Sums): Sums {
  for (const name of memoryFigures) {
    const at = text.indexOf(`\n${name}:`);
    if (at < 0) continue;
    const from = at + name.length + 2;
    const kib = Number.parseInt(text.slice(from, from + LONGEST_FIGURE), 10);
    if (kib >= 0) sums[name] = (sums[name] ?? 0) + kib * KIB;
  }
  return sums;
}

/** Parses /proc/PID/smaps_rollup. Null if it has no PSS: a kernel thread, a zombie. */
export function parseRollup(text: string): MemoryFigures | null {
  const sums = addFigures(text, {});
  if (sums.Pss === undefined) return null;
  const { Pss_Anon: anon, Pss_Shmem: shmem = 0, Private_Clean = 0, Private_Dirty = 0, LazyFree = 0 } = sums;
  if (anon === undefined) {
    // Linux 4.14 to 5.3 report only the resident anonymous memory. Its dirty private part belongs to no other process.
    const frees = Math.min(Private_Dirty, sums.Anonymous ?? Private_Dirty);
    return figures(sums, { anon: null, file: null, shmem: null, frees, unsure: 0 });
  }
  const file = Math.max(0, sums.Pss_File ?? sums.Pss - anon - shmem);
  // Pages read back from swap are clean. Pages that may be freed lazily count as available already.
  const own = Private_Dirty + Math.max(0, Private_Clean - file - LazyFree);
  const frees = Math.min(anon, own);
  const unsure = frees - ownAtLeast(sums, anon, own);
  // `Locked` is the part of PSS in locked mappings. Those of anonymous memory come first: Elasticsearch locks all.
  const lockedFile = Math.min(file, Math.max(0, (sums.Locked ?? 0) - anon - shmem));
  return figures(sums, {
    ...dropped(Math.min(anon, LazyFree), { anon, file: file - lockedFile }),
    shmem,
    ...(lockedFile === 0 ? {} : { lockedFile }),
    frees: frees + Math.min(lockedFile, Private_Clean),
    unsure,
  });
}

/**
 * The least of the private memory `own` that is anonymous. The rest may be shared memory that one process alone maps, or
 * a file that was just written to.
 */
function ownAtLeast({ Anonymous = 0, Shared_Clean = 0, Shared_Dirty = 0, ...sums }: Sums, anon: number, own: number) {
  const unshared = Math.min(anon, Math.max(0, Anonymous - Shared_Clean - Shared_Dirty));
  const shmem = sums.Pss_Shmem ?? 0;
  // More than anonymous and shared memory together: some belongs to a file, and nothing tells how much.
  if (own > anon + shmem) return unshared;
  return Math.min(anon, own, Math.max(unshared, own - shmem));
}

/** Moves memory that may be freed lazily to what can be dropped. */
function dropped(lazyFree: number, { anon, file }: { readonly anon: number; readonly file: number }) {
  return lazyFree === 0 ? { anon, file } : { anon: anon - lazyFree, file: file + lazyFree, lazyFree };
}

type Split = Pick<MemoryFigures, 'anon' | 'file' | 'shmem' | 'lockedFile' | 'lazyFree' | 'frees' | 'unsure'>;

function figures(sums: Sums, split: Split): MemoryFigures {
  // Rss and Pss leave out huge pages.
  const { Private_Hugetlb: privateHuge = 0, Shared_Hugetlb: sharedHuge = 0 } = sums;
  const uss = (sums.Private_Clean ?? 0) + (sums.Private_Dirty ?? 0) + privateHuge;
  // The kernel rounds each figure to a KiB for every mapping, so PSS may come out below USS.
  const pss = Math.max((sums.Pss ?? 0) + privateHuge, uss);
  const rss = Math.max((sums.Rss ?? 0) + privateHuge, pss);
  return { rss, pss, uss, swap: sums.SwapPss ?? 0, ...split, privateHuge, sharedHuge };
}

/** The same figures from /proc/PID/smaps, added up over mappings: Linux before 5.4 has no parts of PSS in smaps_rollup. */
export class SmapsSum {
  #rest = '';
  readonly #sums: Sums = {};
  readonly #split = { anon: 0, file: 0, shmem: 0, lockedFile: 0, lazyFree: 0, frees: 0 };
  #mappings = 0;

  /** Adds the next part of the file. */
  add(text: string): void {
    const all = this.#rest + text;
    // The last mapping may be incomplete.
    let last = 0;
    for (const { index } of all.matchAll(HEADER)) last = index;
    this.#count(all.slice(0, last));
    this.#rest = all.slice(last);
  }

  /** The sums; null if there was no mapping: a kernel thread, a zombie. */
  end(): MemoryFigures | null {
    this.#count(this.#rest);
    this.#rest = '';
    if (this.#mappings === 0) return null;
    const { anon, file, shmem, lockedFile, lazyFree, frees } = this.#split;
    const parts = { ...dropped(lazyFree, { anon, file }), shmem, ...(lockedFile === 0 ? {} : { lockedFile }) };
    return figures(this.#sums, { ...parts, frees, unsure: 0 });
  }

  #count(text: string): void {
    const headers = [...text.matchAll(HEADER)];
    headers.forEach((header, index) => {
      const part = text.slice(header.index, headers[index + 1]?.index);
      const sums = addFigures(part, {});
      if (sums.Pss === undefined) return;
      this.#mappings += 1;
      addFigures(part, this.#sums);
      this.#divide(sums, sums.Pss, header[2] ?? '0', header[3] ?? '');
    });
  }

  #divide(
    { Private_Clean = 0, Private_Dirty = 0, Anonymous = 0, LazyFree = 0, Locked = 0 }: Sums,
    pss: number,
    inode: string,
    path: string,
  ): void {
    const split = this.#split;
    const isShared = SHARED_MEMORY.test(path);
    const lazyFree = Math.min(pss, LazyFree);
    split.lazyFree += lazyFree;
    // The first segment of shmget(2) has the inode 0, too.
    if (inode === '0' && !isShared) {
      split.anon += pss;
      split.frees += Math.max(0, Private_Clean + Private_Dirty - lazyFree);
      return;
    }
    // Written pages of a private mapping are no longer the file's.
    const written = Math.min(pss, Anonymous);
    split.anon += written;
    split.frees += Math.min(Private_Dirty, written);
    if (isShared) split.shmem += pss - written;
    else {
      const locked = Math.min(pss - written, Locked);
      split.lockedFile += locked;
      split.file += pss - written - locked;
      split.frees += Math.min(locked, Private_Clean);
    }
  }
}

/** Resident pages of proc_pid_statm(5), and how many of them belong to files or shared memory. */
export function parseStatm(text: string): { readonly resident: number; readonly shared: number } | null {
  const [, resident, shared] = /^\d+ (\d+) (\d+)/.exec(text) ?? [];
  if (resident === undefined || shared === undefined) return null;
  return { resident: Number(resident), shared: Number(shared) };
}
