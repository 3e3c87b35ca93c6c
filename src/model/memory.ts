import type { MemoryReading, Snapshot } from '../snapshot.ts';
import type { Memory } from './model.ts';

/** A sum is known while at most this fraction of it is missing: new processes do not blank a group. */
const NEGLIGIBLE = 0.02;

/**
 * The memory of one process, with its share of `total` bytes. PSS is counted; it is null until it was read.
 * @param huge this process's part of shared huge pages, in bytes
 */
export function processMemory(
  reading: MemoryReading,
  total: number,
  accounting: Snapshot['accounting'],
  huge = 0,
): Memory {
  const { rss, pss, uss, swap, anon = null, file = null, shmem = null, frees = uss } = reading;
  const counted = accounting === 'rss' ? rss : pss === null ? null : pss + huge;
  return {
    rss: rss + huge,
    pss: pss === null ? null : pss + huge,
    uss,
    swap,
    anon,
    file,
    shmem,
    frees,
    counted,
    share: shareOf(counted, total),
    exact: reading.quality === 'exact',
    fresh: reading.fresh,
  };
}

/** Bytes that MemAvailable gains when a process ends; null if unknown. */
export function givesBack({ frees }: Memory): number | null {
  return frees;
}

/**
 * Adds up memory. A sum is unknown if one of its parts is. Only the counted figure tolerates a few missing parts: a new
 * process has not been read yet.
 */
export function sumMemory(parts: readonly Memory[], total: number): Memory {
  let rss = 0;
  let known = 0;
  let unread = 0;
  let exact = true;
  let fresh = true;
  for (const part of parts) {
    rss += part.rss;
    if (part.counted === null) unread += part.rss;
    else known += part.counted;
    exact &&= part.exact;
    fresh &&= part.fresh && part.counted !== null;
  }
  const counted = unread <= NEGLIGIBLE * known ? known : null;
  return {
    rss,
    pss: sum(parts, 'pss'),
    uss: sum(parts, 'uss'),
    swap: sum(parts, 'swap'),
    anon: sum(parts, 'anon'),
    file: sum(parts, 'file'),
    shmem: sum(parts, 'shmem'),
    frees: sum(parts, 'frees'),
    counted,
    share: shareOf(counted, total),
    exact,
    fresh,
  };
}

function sum(
  parts: readonly Memory[],
  figure: 'pss' | 'uss' | 'swap' | 'anon' | 'file' | 'shmem' | 'frees',
): number | null {
  let total = 0;
  for (const part of parts) {
    const value = part[figure];
    if (value === null) return null;
    total += value;
  }
  return total;
}

/**
 * Lowers the estimate of a worker's own memory to what exceeds its master's, whose pages it may share. Both are
 * estimates if this user may not read them exactly.
 * @param workers number of the master's workers
 */
export function boundByMaster(worker: MemoryReading, master: MemoryReading, workers: number): MemoryReading {
  if (worker.quality !== 'estimate' || master.quality !== 'estimate') return worker;
  if (worker.uss === null || master.uss === null) return worker;
  const shared = Math.min(worker.uss, master.uss);
  const own = worker.uss - shared;
  const pss = own + shared / (workers + 1);
  return { ...worker, uss: own, frees: own, pss, anon: pss };
}

/**
 * The fraction of each process's `sharedHuge` that counts. The kernel reports shared huge pages in full for each
 * process that maps them; so counted, they add up to what it says is in use.
 * @param used bytes of huge pages in use; null if unknown
 */
export function hugePart(readings: readonly MemoryReading[], used: number | null): number {
  let shared = 0;
  let own = 0;
  let largest = 0;
  for (const { sharedHuge = 0, privateHuge = 0 } of readings) {
    shared += sharedHuge;
    own += privateHuge;
    largest = Math.max(largest, sharedHuge);
  }
  return shared === 0 ? 0 : Math.min(1, Math.max(largest, (used ?? 0) - own) / shared);
}

/** A share from 0 to 1: figures read at different times may add up to more than the total. */
function shareOf(counted: number | null, total: number): number | null {
  if (counted === null) return null;
  return total > 0 ? Math.min(1, counted / total) : 0;
}

/** Bytes that only this process occupies, in memory or swap; null if unknown. */
export function ownMemory(memory: Memory): number | null {
  const freed = givesBack(memory);
  return freed === null ? null : freed + (memory.swap ?? 0);
}
