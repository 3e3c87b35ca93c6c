import type { MemoryLimit, MemoryUse } from '../../snapshot.ts';
import { unescapeOctal } from '../../text/octal.ts';
import { parseCounters } from './parsers/host.ts';
import type { ProcTree } from './tree.ts';

/** cgroup v1 reports the largest number of whole pages if there is no limit. */
const UNLIMITED = 2 ** 60;

/** Bytes: fs.mount-max allows 100,000 mounts. */
const MOST_MOUNTINFO = 16 * 1024 * 1024;

/** A mounted hierarchy of cgroups that controls memory. */
export interface CgroupMount {
  readonly version: 1 | 2;
  /** Directory of the mount. */
  readonly point: string;
  /** The cgroup at that directory. In a container it is not the topmost. */
  readonly root: string;
}

/**
 * The mounts where the cgroups of a proc tree can be read; none if the tree is a copy.
 * @param folder a folder laid out like /sys/fs/cgroup, seen from the topmost cgroup; replaces the mounts
 */
export function cgroupMounts(tree: ProcTree, folder?: string): readonly CgroupMount[] {
  if (folder !== undefined) return mountsIn(folder);
  if (!tree.isKernels) return [];
  // Paths in it, like those in /proc/PID/cgroup, are relative to the reader's namespace (cgroup_namespaces(7)).
  const mounts = parseMounts(tree.text('/proc/self/mountinfo', MOST_MOUNTINFO) ?? '');
  return mounts.length > 0 ? mounts : mountsIn('/sys/fs/cgroup');
}

function mountsIn(folder: string): readonly CgroupMount[] {
  return [
    { version: 2, point: folder, root: '/' },
    { version: 1, point: `${folder}/memory`, root: '/' },
  ];
}

/** Parses proc_pid_mountinfo(5). Later mounts cover earlier ones at the same directory. */
export function parseMounts(mountinfo: string): readonly CgroupMount[] {
  const mounts = new Map<string, CgroupMount | null>();
  const lines = /^\d+ \d+ \S+ (\S+) (\S+) .*? - (\S+) \S+ (\S+)$/gm;
  for (const [, root = '', point = '', type, options = ''] of mountinfo.matchAll(lines)) {
    for (const beneath of mounts.keys()) if (beneath.startsWith(`${point}/`)) mounts.delete(beneath);
    if (type === 'cgroup2') mounts.set(point, { version: 2, point: unescapeOctal(point), root: unescapeOctal(root) });
    else if (type === 'cgroup' && options.split(',').includes('memory')) {
      mounts.set(point, { version: 1, point: unescapeOctal(point), root: unescapeOctal(root) });
    } else mounts.delete(point);
  }
  return [...mounts.values()].flatMap((mount) => mount ?? []);
}

/** One cgroup with a memory limit. */
export interface LimitedCgroup {
  readonly version: 1 | 2;
  readonly folder: string;
}

/**
 * The cgroups with a memory limit among a process's own and all above it. Cgroups that cannot be seen from here, such
 * as another container's, are left out.
 * @param cgroup the text of /proc/PID/cgroup
 */
export function limitedCgroups(
  tree: Pick<ProcTree, 'text' | 'expect'>,
  cgroup: string,
  mounts: readonly CgroupMount[],
): readonly LimitedCgroup[] {
  const hierarchies = new Map<string, string>();
  for (const [, controllers = '', path = ''] of cgroup.matchAll(/^\d+:([^:\n]*):(.*)$/gm)) {
    for (const controller of controllers.split(',')) hierarchies.set(controller, path);
  }
  const all = mounts.flatMap(({ version, point, root }) => {
    const path = within(root, hierarchies.get(version === 2 ? '' : 'memory'));
    return path === null ? [] : upwards(path).map((part): LimitedCgroup => ({ version, folder: point + part }));
  });
  tree.expect(all.flatMap(limitFiles));
  return all.filter((limited) => limitOf(tree, limited) !== null);
}

/** The part of a cgroup's path below `root`; null if it is not below it. */
function within(root: string, path: string | undefined): string | null {
  if (path === undefined || path.split('/').includes('..')) return null;
  if (root === '/') return path;
  if (path === root) return '';
  return path.startsWith(`${root}/`) ? path.slice(root.length) : null;
}

/** The limit in bytes; null if there is none. Above `memory.high` the kernel slows programs down and takes pages back. */
export function limitOf(tree: Pick<ProcTree, 'text'>, cgroup: LimitedCgroup): number | null {
  const limits = limitFiles(cgroup)
    .map((file) => number(tree.text(file)))
    .filter((bytes) => bytes !== null)
    .filter((bytes) => bytes < UNLIMITED);
  return limits.length === 0 ? null : Math.min(...limits);
}

function limitFiles({ version, folder }: LimitedCgroup): readonly string[] {
  return version === 2 ? [`${folder}/memory.max`, `${folder}/memory.high`] : [`${folder}/memory.limit_in_bytes`];
}

/** What applies of several limits: the lowest, with what those above it leave. Null if none is known. */
export function lowestOf(
  tree: Pick<ProcTree, 'text' | 'expect'>,
  cgroups: readonly LimitedCgroup[],
): MemoryLimit | null {
  const all = cgroups.flatMap((cgroup): readonly MemoryLimit[] => {
    const limit = limitOf(tree, cgroup);
    const usage = limit === null ? null : usageOf(tree, cgroup);
    return limit === null || usage === null ? [] : [{ limit, ...usage }];
  });
  // The first of equal ones is the innermost.
  const [lowest] = all.toSorted((a, b) => a.limit - b.limit);
  if (lowest === undefined) return null;
  const left = Math.max(0, Math.min(...all.map(({ limit, used }) => limit - used)));
  return left < lowest.limit - lowest.used ? { ...lowest, left } : lowest;
}

/** Memory used within a limit; null if it cannot be read. */
export function usageOf(
  tree: Pick<ProcTree, 'text' | 'expect'>,
  cgroup: LimitedCgroup,
): Omit<MemoryLimit, 'limit'> | null {
  const { version, folder } = cgroup;
  const usageFile = `${folder}/${version === 2 ? 'memory.current' : 'memory.usage_in_bytes'}`;
  const swapFiles = (version === 2 ? SWAP_V2 : SWAP_V1).map((name) => `${folder}/${name}`);
  tree.expect([usageFile, `${folder}/memory.stat`, ...swapFiles]);
  const usage = number(tree.text(usageFile));
  if (usage === null) return null;
  const stat = parseCounters(tree.text(`${folder}/memory.stat`) ?? '');
  // In v1 the plain figures leave out descendants; those with `total_` include them.
  const figure = (name: string) => stat.get(version === 2 ? name : `total_${name}`) ?? null;
  const slab = version === 2 ? (figure('slab_reclaimable') ?? 0) : 0;
  const cache = Math.min(usage, (figure('inactive_file') ?? 0) + (figure('active_file') ?? 0) + slab);
  const [most = null, taken = null] = swapFiles.map((file) => tree.text(file));
  const swap = version === 2 ? swapV2(most, taken) : swapV1(most, taken, usage, limitOf(tree, cgroup));
  const use = version === 2 ? useV2(figure) : useV1(figure, tree, folder);
  return { used: usage - cache, cache, ...(swap === null ? {} : { swap }), use };
}

const SWAP_V2 = ['memory.swap.max', 'memory.swap.current'] as const;
const SWAP_V1 = ['memory.memsw.limit_in_bytes', 'memory.memsw.usage_in_bytes'] as const;

type Swap = NonNullable<MemoryLimit['swap']>;

/** Swap within a limit, in bytes; null if it is not counted. `max` leaves as much as the machine has. */
function swapV2(most: string | null, taken: string | null): Swap | null {
  const used = number(taken);
  if (most === null || used === null) return null;
  return { most: number(most), used };
}

/** In v1 the figures are of memory and swap together. */
function swapV1(most: string | null, taken: string | null, usage: number, limit: number | null): Swap | null {
  const [together, used] = [number(most), number(taken)];
  if (together === null || used === null || limit === null) return null;
  return { most: together >= UNLIMITED ? null : Math.max(0, together - limit), used: Math.max(0, used - usage) };
}

type Figure = (name: string) => number | null;

/** What cgroups do not report. */
const unreported = { huge: null, arc: null, swapInMemory: null } as const;

/** Memory used, for cgroup v2 (Documentation/admin-guide/cgroup-v2.rst). */
function useV2(figure: Figure): MemoryUse {
  const names = {
    slab: 'slab_unreclaimable',
    'page-tables': 'pagetables',
    stacks: 'kernel_stack',
    'per-cpu': 'percpu',
    vmalloc: 'vmalloc',
    sockets: 'sock',
    zswap: 'zswap',
  } as const;
  const kernel = Object.fromEntries(Object.entries(names).flatMap(([part, name]) => entry(part, figure(name))));
  const slabCache = figure('slab_reclaimable');
  return {
    ...unreported,
    anonymous: figure('anon'),
    shmem: figure('shmem'),
    ...(slabCache === null ? {} : { slabCache }),
    kernel,
  };
}

/** Memory used, for cgroup v1 (Documentation/admin-guide/cgroup-v1/memory.rst). */
function useV1(figure: Figure, tree: Pick<ProcTree, 'text'>, folder: string): MemoryUse {
  const kernel = Object.fromEntries([
    ...entry('kernel', number(tree.text(`${folder}/memory.kmem.usage_in_bytes`))),
    ...entry('sockets', number(tree.text(`${folder}/memory.kmem.tcp.usage_in_bytes`))),
  ]);
  return { ...unreported, anonymous: figure('rss'), shmem: figure('shmem'), kernel };
}

function entry(name: string, value: number | null): readonly (readonly [string, number])[] {
  return value === null ? [] : [[name, value]];
}

/** All prefixes of a path: `/a/b`, `/a` and the root. */
function upwards(path: string): readonly string[] {
  const parts = path.split('/').filter((part) => part !== '');
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
