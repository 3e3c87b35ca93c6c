import { bytes, duration, percent } from '../../text/figures.ts';
import type { Machine } from './machine.ts';

/** What the readings say about the size of a machine. */
export interface Verdict {
  readonly kind: 'short' | 'smaller';
  /** The figures behind the verdict, as a sentence. */
  readonly evidence: string;
}

/**
 * A machine is short of memory if less than this fraction is available. The same fraction stops the adding of workers.
 */
const SHORT = 0.05;

/**
 * Bytes per second read from swap, and fraction of time in which tasks wait for memory. The advice on thrashing uses
 * the same.
 */
const SWAP_IN = 1024 * 1024;
const WAITING = 0.2;

/** Seconds of watching before a smaller machine is suggested. */
const LONG_ENOUGH = 600;

/** The next smaller machine has half the memory and half the cores, as providers rent them. */
const HALF = 2;

/** Highest fraction of the smaller machine's memory and cores that the peak may take. */
const FITS = 0.8;

/** Bytes. Providers hardly rent smaller machines. */
const SMALLEST = 400 * 1024 * 1024;

/**
 * What the readings say about the size of a machine; null if they say nothing. It is no promise: other times may need
 * more, and peaks between two readings are missed.
 */
export function verdictOf({ figures, watch }: Machine): Verdict | null {
  if (figures === null || watch === null) return null;
  const { memory, pressure, cores } = figures;
  const swapIn = pressure?.swapIn ?? 0;
  if (swapIn >= SWAP_IN) return { kind: 'short', evidence: `${bytes(swapIn)}/s come from swap.` };
  const waiting = pressure?.someAvg60 ?? 0;
  if (waiting >= WAITING) return { kind: 'short', evidence: `Tasks wait for memory ${percent(waiting)} of the time.` };
  if (watch.leastAvailable < SHORT * memory.total) return { kind: 'short', evidence: leastText(watch, figures) };
  const smaller = memory.total / HALF;
  const used = memory.total - watch.leastAvailable + watch.mostSwapped;
  if (watch.seconds < LONG_ENOUGH || watch.mostCpu === null || smaller < SMALLEST) return null;
  if (used > FITS * smaller || (cores > 1 && watch.mostCpu * HALF > FITS)) return null;
  const most = `at most ${bytes(used)} of ${bytes(memory.total)} and ${percent(watch.mostCpu)} of its CPU`;
  return { kind: 'smaller', evidence: `In ${duration(watch.seconds)} it used ${most}: half would have been enough.` };
}

function leastText(
  { leastAvailable, leastAt }: NonNullable<Machine['watch']>,
  { at, memory }: NonNullable<Machine['figures']>,
): string {
  const ago = (at - leastAt) / 1000;
  const was = ago < 60 ? 'is' : 'was';
  const when = ago < 60 ? '' : ` ${duration(ago)} ago`;
  return `Available memory ${was} down to ${bytes(leastAvailable)} of ${bytes(memory.total)}${when}.`;
}
