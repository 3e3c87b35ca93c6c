import type { MemoryReading, Snapshot } from '../snapshot.ts';
import type { Memory } from './model.ts';

/**
 * One process's memory as a share of `total` bytes. PSS counts, and RSS for as long as PSS is not known: it may
 * count shared pages more than once, but never leaves any out.
 */
export function processMemory(reading: MemoryReading, total: number, accounting: Snapshot['accounting']): Memory {
  const counted = accounting === 'pss' ? (reading.pss ?? reading.rss) : reading.rss;
  return {
    rss: reading.rss,
    pss: reading.pss,
    uss: reading.uss,
    swap: reading.swap,
    counted,
    share: shareOf(counted, total),
    exact: reading.quality === 'exact',
    fresh: reading.fresh,
  };
}

/** A sum is unknown as soon as one of its parts is. */
export function sumMemory(parts: readonly Memory[], total: number): Memory {
  let rss = 0;
  let counted = 0;
  let pss: number | null = 0;
  let uss: number | null = 0;
  let swap: number | null = 0;
  let exact = true;
  let fresh = true;
  for (const part of parts) {
    rss += part.rss;
    counted += part.counted;
    pss = plus(pss, part.pss);
    uss = plus(uss, part.uss);
    swap = plus(swap, part.swap);
    exact &&= part.exact;
    fresh &&= part.fresh;
  }
  return { rss, pss, uss, swap, counted, share: shareOf(counted, total), exact, fresh };
}

function plus(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : a + b;
}

/** 0 to 1: figures read one after the other may add up to more than there is. */
function shareOf(counted: number, total: number): number {
  return total > 0 ? Math.min(1, counted / total) : 0;
}
