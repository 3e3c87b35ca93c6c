import { statfsSync } from 'node:fs';
import type { MemoryLimit, MemoryUse } from '../../snapshot.ts';
import { readText } from './files.ts';
import { parseCounters } from './parsers/host.ts';

/** PROC_SUPER_MAGIC of statfs(2). */
const PROCFS = 0x9fa0;

/** cgroup v1 says so when there is no limit: the largest number of whole pages. */
const UNLIMITED = 2 ** 60;

/** Where a hierarchy of cgroups that has to do with memory can be seen. */
export interface CgroupMount {
  readonly version: 1 | 2;
  /** The directory that it is mounted on. */
  readonly point: string;
  /** The cgroup that is seen there: not the uppermost in a container. */
  readonly root: string;
}

/** Whether a directory is the proc file system of this very kernel, and no copy of another machine's. */
export function isOfThisKernel(root: string): boolean {
  try {
    return statfsSync(root).type === PROCFS;
  } catch {
    return false;
  }
}

/**
 * The mounts where the cgroups of a proc tree can be seen: this machine's, if the tree is this kernel's; else none.
 * @param folder laid out as /sys/fs/cgroup is, and seen from the uppermost cgroup, whatever the tree
 */
export function cgroupMounts(root: string, folder?: string): readonly CgroupMount[] {
  if (folder !== undefined) return laidOut(folder);
  if (!isOfThisKernel(root)) return [];
  // Paths in it, as those in /proc/PID/cgroup, are told as seen by who reads it (cgroup_namespaces(7)).
  const mounts = parseMounts(readText('/proc/self/mountinfo', 1024 * 1024) ?? '');
  return mounts.length > 0 ? mounts : laidOut('/sys/fs/cgroup');
}

function laidOut(folder: string): readonly CgroupMount[] {
  return [
    { version: 2, point: folder, root: '/' },
    { version: 1, point: `${folder}/memory`, root: '/' },
  ];
}

/** proc_pid_mountinfo(5). A mount that another was laid over is no longer to be seen, and comes before it. */
export function parseMounts(mountinfo: string): readonly CgroupMount[] {
  const mounts = new Map<string, CgroupMount | null>();
  const lines = /^\d+ \d+ \S+ (\S+) (\S+) .*? - (\S+) \S+ (\S+)$/gm;
  for (const [, root = '', point = '', type, options = ''] of mountinfo.matchAll(lines)) {
    for (const beneath of mounts.keys()) if (beneath.startsWith(`${point}/`)) mounts.delete(beneath);
    if (type === 'cgroup2') mounts.set(point, { version: 2, point: decoded(point), root: decoded(root) });
    else if (type === 'cgroup' && options.split(',').includes('memory')) {
      mounts.set(point, { version: 1, point: decoded(point), root: decoded(root) });
    } else mounts.delete(point);
  }
  return [...mounts.values()].flatMap((mount) => mount ?? []);
}

/** Blanks and the like are told in octal. */
function decoded(path: string): string {
  return path.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}

/** One cgroup that limits memory. */
export interface LimitedCgroup {
  readonly version: 1 | 2;
  readonly folder: string;
}

/**
 * The cgroups that a process is in and all that are above them, where they have a limit of memory. Those that are not to
 * be seen from here, as another container's, are left out.
 * @param cgroup what /proc/PID/cgroup says of it
 */
export function limitedCgroups(cgroup: string, mounts: readonly CgroupMount[]): readonly LimitedCgroup[] {
  const hierarchies = new Map<string, string>();
  for (const [, controllers = '', path = ''] of cgroup.matchAll(/^\d+:([^:\n]*):(.*)$/gm)) {
    for (const controller of controllers.split(',')) hierarchies.set(controller, path);
  }
  return mounts
    .flatMap(({ version, point, root }) => {
      const path = within(root, hierarchies.get(version === 2 ? '' : 'memory'));
      return path === null ? [] : upwards(path).map((one) => ({ version, folder: point + one }));
    })
    .filter((limited) => limitOf(limited) !== null);
}

/** A cgroup's path beneath another; null when it is not beneath it. */
function within(root: string, path: string | undefined): string | null {
  if (path === undefined || path.split('/').includes('..')) return null;
  if (root === '/') return path;
  if (path === root) return '';
  return path.startsWith(`${root}/`) ? path.slice(root.length) : null;
}

/** Bytes; null when there is none. */
export function limitOf({ version, folder }: LimitedCgroup): number | null {
  const bytes = number(readText(`${folder}/${version === 2 ? 'memory.max' : 'memory.limit_in_bytes'}`));
  return bytes === null || bytes >= UNLIMITED ? null : bytes;
}

/** What is used within a limit; null when it cannot be read. */
export function usageOf(cgroup: LimitedCgroup): Omit<MemoryLimit, 'limit'> | null {
  const { version, folder } = cgroup;
  const usage = number(readText(`${folder}/${version === 2 ? 'memory.current' : 'memory.usage_in_bytes'}`));
  if (usage === null) return null;
  const stat = parseCounters(readText(`${folder}/memory.stat`) ?? '');
  // In v1 the figures of a cgroup without those beneath it stand beside: total_ has them all.
  const of = (name: string) => stat.get(version === 2 ? name : `total_${name}`) ?? null;
  const slab = version === 2 ? (of('slab_reclaimable') ?? 0) : 0;
  const cache = Math.min(usage, (of('inactive_file') ?? 0) + (of('active_file') ?? 0) + slab);
  return { used: usage - cache, cache, use: version === 2 ? useV2(of) : useV1(of, folder) };
}

type Figure = (name: string) => number | null;

const nowhere = { huge: null, arc: null, swapInMemory: null } as const;

/** Documentation/admin-guide/cgroup-v2.rst. */
function useV2(of: Figure): MemoryUse {
  const names = {
    slab: 'slab_unreclaimable',
    'page-tables': 'pagetables',
    stacks: 'kernel_stack',
    'per-cpu': 'percpu',
    vmalloc: 'vmalloc',
    sockets: 'sock',
    zswap: 'zswap',
  } as const;
  const kernel = Object.fromEntries(Object.entries(names).flatMap(([part, name]) => entry(part, of(name))));
  return { ...nowhere, anonymous: of('anon'), shmem: of('shmem'), kernel };
}

/** Documentation/admin-guide/cgroup-v1/memory.rst. */
function useV1(of: Figure, folder: string): MemoryUse {
  const kernel = Object.fromEntries([
    ...entry('kernel', number(readText(`${folder}/memory.kmem.usage_in_bytes`))),
    ...entry('sockets', number(readText(`${folder}/memory.kmem.tcp.usage_in_bytes`))),
  ]);
  return { ...nowhere, anonymous: of('rss'), shmem: of('shmem'), kernel };
}

function entry(name: string, value: number | null): readonly (readonly [string, number])[] {
  return value === null ? [] : [[name, value]];
}

/** `/a/b`, `/a` and the root. */
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
