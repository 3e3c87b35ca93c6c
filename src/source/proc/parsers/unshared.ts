import { HEADER, SHARED_MEMORY } from './memory.ts';

const KIB = 1024;

/** Shared memory that only one process maps and that nobody else can open: it has no name. */
export interface UnsharedMemory {
  readonly inode: string;
  /** Private bytes. */
  readonly bytes: number;
  /** Made by shmget(2): the inode is the segment's id. It stays until it is removed. */
  readonly isSegment: boolean;
}

const FIGURES =
  /^Shared_Clean: +(\d+) kB\nShared_Dirty: +(\d+) kB\nPrivate_Clean: +(\d+) kB\nPrivate_Dirty: +(\d+) kB$/m;

/**
 * Finds mappings of shared memory in /proc/PID/smaps whose pages all belong to this process alone. Mappings of the same
 * inode are joined.
 * @param isTmpfs whether a device, as proc_pid_maps(5) has it, is a tmpfs
 */
export function parseUnshared(smaps: string, isTmpfs: (device: string) => boolean): readonly UnsharedMemory[] {
  const found = new Map<string, UnsharedMemory>();
  const headers = [...smaps.matchAll(HEADER)];
  headers.forEach((header, index) => {
    const [, device = '', inode = '0', path = ''] = header;
    const isNameless = path.endsWith(' (deleted)') || path.startsWith('[anon_shmem:');
    if (!isNameless || !(SHARED_MEMORY.test(path) || isTmpfs(device))) return;
    const part = smaps.slice(header.index, headers[index + 1]?.index);
    const [, sharedClean = 0, sharedDirty = 0, clean = 0, dirty = 0] = (FIGURES.exec(part) ?? []).map(Number);
    // If one page is shared, the memory stays when this process ends.
    const own = sharedClean + sharedDirty > 0 ? Number.NEGATIVE_INFINITY : (clean + dirty) * KIB;
    const bytes = (found.get(inode)?.bytes ?? 0) + own;
    found.set(inode, { inode, bytes, isSegment: path.startsWith('/SYSV') });
  });
  return [...found.values()].filter(({ bytes }) => bytes > 0);
}

/** Devices of tmpfs in proc_pid_mountinfo(5), as proc_pid_maps(5) has them: in hexadecimal digits, at least two each. */
export function tmpfsDevices(mountinfo: string): ReadonlySet<string> {
  const digits = (number = '') => Number(number).toString(16).padStart(2, '0');
  const lines = mountinfo.matchAll(/^\d+ \d+ (\d+):(\d+) .* - tmpfs /gm);
  return new Set([...lines].map(([, major, minor]) => `${digits(major)}:${digits(minor)}`));
}

/** SHM_DEST of shmctl(2): the segment goes with the last process that has it attached. */
const DEST = 0o1000;

/** The ids of segments in /proc/sysvipc/shm (sysvipc(7)), and whether each goes with its last process. */
export function parseSegments(text: string): ReadonlyMap<string, boolean> {
  const lines = text.matchAll(/^ *-?\d+ +(\d+) +([0-7]+) /gm);
  return new Map([...lines].map(([, id = '', mode = '']) => [id, (Number.parseInt(mode, 8) & DEST) !== 0]));
}
