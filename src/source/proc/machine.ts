import { readBytes, readText } from './files.ts';

/** Bytes of a memory page: AT_PAGESZ in proc_pid_auxv(5), in words of 64 bits. 4 KiB if that cannot be read. */
export function pageSize(): number {
  const AT_PAGESZ = 6n;
  const auxv = readBytes('/proc/self/auxv');
  if (typeof auxv === 'string') return 4096;
  const words = new BigUint64Array(new Uint8Array(auxv).buffer.slice(0, auxv.length - (auxv.length % 16)));
  for (let index = 0; index + 1 < words.length; index += 2) {
    if (words[index] === AT_PAGESZ) return Number(words[index + 1]);
  }
  return 4096;
}

/** USER_HZ, the clock ticks per second of proc(5): 100 on every architecture that Node runs on. */
export const TICKS_PER_SECOND = 100;

/**
 * Seconds since boot.
 * @throws Error if it cannot be read: then this is not a proc tree
 */
export function readUptime(root: string): number {
  const uptime = Number.parseFloat(readText(`${root}/uptime`) ?? '');
  if (!Number.isFinite(uptime)) throw new Error(`${root}/uptime cannot be read: is ${root} a proc tree?`);
  return uptime;
}
