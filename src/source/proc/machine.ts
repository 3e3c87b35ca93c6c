import type { ProcTree } from './tree.ts';

/** Bytes of a memory page: AT_PAGESZ in proc_pid_auxv(5), in words of 64 bits. 4 KiB if that cannot be read. */
export function pageSize(tree: ProcTree): number {
  const AT_PAGESZ = 6n;
  const auxv = tree.bytes('/proc/self/auxv');
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
export function readUptime(tree: ProcTree): number {
  const uptime = Number.parseFloat(tree.text('uptime') ?? '');
  if (!Number.isFinite(uptime)) throw new Error(`${tree.root}/uptime cannot be read: is ${tree.root} a proc tree?`);
  return uptime;
}
