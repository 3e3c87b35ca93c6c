/** One process's memory in bytes. USS ≤ PSS ≤ RSS. */
export interface MemoryFigures {
  readonly rss: number;
  readonly pss: number;
  readonly uss: number;
  /** Proportional swap. */
  readonly swap: number;
  /** PSS by what it is of: anonymous memory, files, shared memory. Null where the kernel does not tell (before Linux 5.4). */
  readonly anon: number | null;
  readonly file: number | null;
  readonly shmem: number | null;
  /** What no other process has, and no file or shared memory either: it is free once the process has ended. */
  readonly frees: number;
  /** Huge pages (hugetlbfs) that are its own; they are in RSS, PSS and USS, and go back to the pool of huge pages. */
  readonly privateHuge: number;
  /** Huge pages that others have mapped too: all of them, not a part of each. In none of the figures above. */
  readonly sharedHuge: number;
}

const KIB = 1024;

/** Blanks and digits of a figure. */
const LONGEST_FIGURE = 24;

/** Lines of smaps (Documentation/filesystems/proc.rst) that count here. */
const names = [
  'Rss',
  'Pss',
  'Pss_Anon',
  'Pss_File',
  'Pss_Shmem',
  'Private_Clean',
  'Private_Dirty',
  'Anonymous',
  'LazyFree',
  'Shared_Hugetlb',
  'Private_Hugetlb',
  'SwapPss',
] as const;

type Name = (typeof names)[number];

/** Bytes by name; nothing for a line that is not there. */
type Sums = Partial<Record<Name, number>>;

/** Of proc_pid_maps(5): the inode, 0 where nothing is mapped but memory, and the path. */
const HEADER = /^[0-9a-f]+-[0-9a-f]+ \S{4} [0-9a-f]+ [0-9a-f:]+ (\d+) *(.*)$/gm;

/** What tmpfs holds for memory that is shared: shm_open(3), shmget(2), memfd_create(2), mmap(2) with MAP_SHARED | MAP_ANONYMOUS. */
const SHARED_MEMORY = /^\/(?:dev\/shm\/|SYSV|memfd:|dev\/zero\b)/;

/** To look for each line by its name is half as costly as to match all lines, and this is done for every process. */
function addFigures(text: string, sums: Sums): Sums {
  for (const name of names) {
    const at = text.indexOf(`\n${name}:`);
    if (at < 0) continue;
    const from = at + name.length + 2;
    const kib = Number.parseInt(text.slice(from, from + LONGEST_FIGURE), 10);
    if (kib >= 0) sums[name] = (sums[name] ?? 0) + kib * KIB;
  }
  return sums;
}

/** /proc/PID/smaps_rollup. Null when there is no PSS in it: a kernel thread, a zombie. */
export function parseRollup(text: string): MemoryFigures | null {
  const sums = addFigures(text, {});
  if (sums.Pss === undefined) return null;
  const { Pss_Anon: anon, Pss_Shmem: shmem = 0, Private_Clean = 0, Private_Dirty = 0, LazyFree = 0 } = sums;
  if (anon === undefined) {
    // Linux 4.14 to 5.3 tell of anonymous memory only all that is resident. What of it is dirty and private is no other's.
    const frees = Math.min(Private_Dirty, sums.Anonymous ?? Private_Dirty);
    return figures(sums, { anon: null, file: null, shmem: null, frees });
  }
  const file = Math.max(0, sums.Pss_File ?? sums.Pss - anon - shmem);
  // What came back from swap is clean; what may be freed lazily counts as available already (MADV_FREE of madvise(2)).
  const clean = Math.max(0, Private_Clean - file - LazyFree);
  return figures(sums, { anon, file, shmem, frees: Math.min(anon, Private_Dirty + clean) });
}

type Split = Pick<MemoryFigures, 'anon' | 'file' | 'shmem' | 'frees'>;

function figures(sums: Sums, split: Split): MemoryFigures {
  // Huge pages are in none of Rss and Pss.
  const { Private_Hugetlb: privateHuge = 0, Shared_Hugetlb: sharedHuge = 0 } = sums;
  const uss = (sums.Private_Clean ?? 0) + (sums.Private_Dirty ?? 0) + privateHuge;
  // Each is rounded to a KiB by itself, mapping for mapping.
  const pss = Math.max((sums.Pss ?? 0) + privateHuge, uss);
  const rss = Math.max((sums.Rss ?? 0) + privateHuge, pss);
  return { rss, pss, uss, swap: sums.SwapPss ?? 0, ...split, privateHuge, sharedHuge };
}

/** The same of /proc/PID/smaps, mapping by mapping: before Linux 4.14 there is nothing else. */
export class SmapsSum {
  #rest = '';
  readonly #sums: Sums = {};
  #split = { anon: 0, file: 0, shmem: 0, frees: 0 };
  #mappings = 0;

  /** A part of the file, in its order. */
  add(text: string): void {
    const all = this.#rest + text;
    // The last mapping may not be whole yet.
    let last = 0;
    for (const { index } of all.matchAll(HEADER)) last = index;
    this.#count(all.slice(0, last));
    this.#rest = all.slice(last);
  }

  /** Null when there was no mapping: a kernel thread, a zombie. */
  end(): MemoryFigures | null {
    this.#count(this.#rest);
    this.#rest = '';
    return this.#mappings === 0 ? null : figures(this.#sums, this.#split);
  }

  #count(text: string): void {
    const headers = [...text.matchAll(HEADER)];
    headers.forEach((header, index) => {
      const part = text.slice(header.index, headers[index + 1]?.index);
      const sums = addFigures(part, {});
      if (sums.Pss === undefined) return;
      this.#mappings += 1;
      addFigures(part, this.#sums);
      this.#divide(sums, sums.Pss, header[1] === '0', header[2] ?? '');
    });
  }

  #divide(
    { Private_Clean = 0, Private_Dirty = 0, Anonymous = 0 }: Sums,
    pss: number,
    none: boolean,
    path: string,
  ): void {
    const split = this.#split;
    if (none) {
      split.anon += pss;
      split.frees += Private_Clean + Private_Dirty;
    } else if (SHARED_MEMORY.test(path)) split.shmem += pss;
    else {
      // Pages of a private mapping that were written to are no longer the file's.
      const written = Math.min(pss, Anonymous);
      split.anon += written;
      split.file += pss - written;
      split.frees += Math.min(Private_Dirty, written);
    }
  }
}

/** Shared memory of a process that nobody else has touched, and that has no name any more by which others could open it. */
export interface UnsharedMemory {
  readonly inode: string;
  readonly bytes: number;
}

/** Of /proc/PID/smaps, mappings of shared memory all pages of which are this process's alone; those of one inode together. */
export function parseUnshared(smaps: string): readonly UnsharedMemory[] {
  const found = new Map<string, number>();
  const headers = [...smaps.matchAll(HEADER)];
  headers.forEach((header, index) => {
    const [, inode = '0', path = ''] = header;
    if (!SHARED_MEMORY.test(path) || !path.endsWith(' (deleted)')) return;
    const figures =
      /^Shared_Clean: +(\d+) kB\nShared_Dirty: +(\d+) kB\nPrivate_Clean: +(\d+) kB\nPrivate_Dirty: +(\d+) kB$/m;
    const part = smaps.slice(header.index, headers[index + 1]?.index);
    const [, sharedClean, sharedDirty, clean, dirty] = (figures.exec(part) ?? []).map(Number);
    const shared = (sharedClean ?? 0) + (sharedDirty ?? 0);
    const own = ((clean ?? 0) + (dirty ?? 0)) * KIB;
    // As soon as one page is another's too, all of it stays when this process ends.
    found.set(inode, shared > 0 ? Number.NEGATIVE_INFINITY : (found.get(inode) ?? 0) + own);
  });
  return [...found].flatMap(([inode, bytes]) => (bytes > 0 ? [{ inode, bytes }] : []));
}

/** The resident pages of proc_pid_statm(5), and how many of them are of files or shared memory. */
export function parseStatm(text: string): { readonly resident: number; readonly shared: number } | null {
  const [, resident, shared] = /^\d+ (\d+) (\d+)/.exec(text) ?? [];
  if (resident === undefined || shared === undefined) return null;
  return { resident: Number(resident), shared: Number(shared) };
}
