import { readText } from './files.ts';

/** Where cgroups are mounted, unless told otherwise. */
export const CGROUPS = '/sys/fs/cgroup';

/** cgroup v1 says so when there is no limit: the largest number of whole pages. */
const UNLIMITED = 2 ** 60;

/** What a cgroup tells of its memory. */
export interface CgroupMemory {
  readonly limit: string;
  readonly usage: string;
  readonly stat: string;
  /** Of `stat`: page cache that can be dropped. */
  readonly inactive: string;
}

/**
 * The cgroups that a process is in and all that are above them, where they have a limit of memory.
 * @param cgroup what /proc/PID/cgroup says of it
 */
export function limitedCgroups(cgroup: string, mount: string): readonly CgroupMemory[] {
  const hierarchies = new Map<string, string>();
  for (const [, controllers = '', path = ''] of cgroup.matchAll(/^\d+:([^:\n]*):(.*)$/gm)) {
    for (const controller of controllers.split(',')) hierarchies.set(controller, path);
  }
  const unified = hierarchies.get('');
  const v1 = hierarchies.get('memory');
  return [
    ...(unified === undefined ? [] : upwards(unified).map((path) => v2Files(mount + path))),
    ...(v1 === undefined ? [] : upwards(v1).map((path) => v1Files(`${mount}/memory${path}`))),
  ].filter((files) => limitOf(files) !== null);
}

/** Bytes; null when there is none. */
export function limitOf({ limit }: CgroupMemory): number | null {
  const bytes = number(readText(limit));
  return bytes === null || bytes >= UNLIMITED ? null : bytes;
}

/** Bytes that are used within a limit, without cache that can be dropped; null when it cannot be read. */
export function usageOf({ usage, stat, inactive }: CgroupMemory): number | null {
  const used = number(readText(usage));
  if (used === null) return null;
  const cache = new RegExp(`^${inactive} (\\d+)$`, 'm').exec(readText(stat) ?? '')?.[1];
  return Math.max(0, used - Number(cache ?? 0));
}

/** Documentation/admin-guide/cgroup-v2.rst. */
function v2Files(folder: string): CgroupMemory {
  return {
    limit: `${folder}/memory.max`,
    usage: `${folder}/memory.current`,
    stat: `${folder}/memory.stat`,
    inactive: 'inactive_file',
  };
}

/** Documentation/admin-guide/cgroup-v1/memory.rst. */
function v1Files(folder: string): CgroupMemory {
  return {
    limit: `${folder}/memory.limit_in_bytes`,
    usage: `${folder}/memory.usage_in_bytes`,
    stat: `${folder}/memory.stat`,
    inactive: 'total_inactive_file',
  };
}

/** `/a/b`, `/a` and the root. */
function upwards(path: string): readonly string[] {
  const parts = path.split('/').filter((part) => part !== '' && part !== '..');
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
