import { performance } from 'node:perf_hooks';
import type { MemoryReading } from '../../snapshot.ts';
import type { ReadHints } from '../source.ts';
import type { MemoryReader } from './memory-reader.ts';

const MB = 1024 * 1024;

/** Seconds after which figures are read again even if RSS has not moved: what is shared depends on others. */
const OLDEST_PREFERRED = 30;
const OLDEST = 90;

/** Seconds between two readings of one that is no project's, however its RSS moves. */
const SHORTEST = 10;

/** Seconds until it is tried again whether a process's memory may be read, or can be in time. */
const DENIED = 120;

/** A budget of processor time may take so many times as long. */
const LONGEST = 4;

/** What is known of one process's memory, and when that was. */
export interface MemoryState {
  reading: MemoryReading | null;
  /** The kernel's cheap count of resident bytes at that time. */
  rssAtReading: number;
  /** Seconds since boot. */
  readAt: number;
  deniedAt: number;
}

export function unreadMemory(): MemoryState {
  return { reading: null, rssAtReading: 0, readAt: Number.NEGATIVE_INFINITY, deniedAt: Number.NEGATIVE_INFINITY };
}

export interface Measurable {
  readonly pid: number;
  /** Resident bytes as `stat` has them now. */
  readonly rss: number;
  readonly stat: { readonly ppid: number };
  readonly memory: MemoryState;
}

/** Whether RSS has moved since the figures were read by more than its noise: 1 MiB, and 2 %. */
function moved({ rss, memory }: Measurable): boolean {
  return Math.abs(rss - memory.rssAtReading) >= Math.max(MB, 0.02 * memory.rssAtReading);
}

/** The sooner the smaller; null for figures that are good enough. */
function urgency(process: Measurable, hints: ReadHints, now: number): number | null {
  const { pid, memory } = process;
  if (hints.watch.has(pid)) return 0;
  const preferred = hints.prefer.has(pid);
  if (memory.reading === null) return preferred ? 1 : 2;
  if (hints.memoryBudget === Number.POSITIVE_INFINITY) return 3;
  if (moved(process) && (preferred || now - memory.readAt > SHORTEST)) return preferred ? 3 : 5;
  if (now - memory.readAt > (preferred ? OLDEST_PREFERRED : OLDEST)) return preferred ? 4 : 6;
  return null;
}

/**
 * Reads the memory of those that need it most, the stalest first, until the budget is used up. Reading it
 * holds a lock in the process read, so it is done as seldom as the figures allow.
 */
export function readMemory(
  processes: readonly Measurable[],
  reader: MemoryReader,
  hints: ReadHints,
  now: number,
): void {
  const wanting: { readonly process: Measurable; readonly urgency: number }[] = [];
  let unread = false;
  for (const process of processes) {
    const found = urgency(process, hints, now);
    if (found === null) continue;
    unread ||= found === 1;
    wanting.push({ process, urgency: found });
  }
  // A project is told once all of it is read: one project after the other, as they were named.
  const order = new Map(unread ? [...hints.prefer].map((pid, index) => [pid, index]) : []);
  const orderOf = ({ process }: { readonly process: Measurable }) => order.get(process.pid) ?? 0;
  wanting.sort(
    (a, b) =>
      a.urgency - b.urgency || compare(a.process.memory.readAt, b.process.memory.readAt) || orderOf(a) - orderOf(b),
  );
  const isOver = stopwatch(hints.memoryBudget);
  for (const { process, urgency } of wanting) {
    if (urgency > 0 && isOver()) break;
    readOne(process, reader, now);
  }
}

/** Never read is minus infinity, of which there is no difference. */
function compare(a: number, b: number): number {
  return a === b ? 0 : a - b;
}

/**
 * Whether so many seconds of the processor have been used. On a busy machine those who are not run would else read next to nothing;
 * but whatever holds up a reading, it ends after a few times as long.
 */
function stopwatch(seconds: number): () => boolean {
  if (seconds === Number.POSITIVE_INFINITY) return () => false;
  const began = performance.now();
  const usage = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(usage);
    return (user + system) / 1e6 >= seconds || (performance.now() - began) / 1000 >= LONGEST * seconds;
  };
}

function readOne({ pid, rss, stat, memory }: Measurable, reader: MemoryReader, now: number): void {
  const mayRead = now - memory.deniedAt > DENIED;
  const exact = mayRead ? reader.read(pid, stat.ppid) : 'denied';
  const couldNot = exact === 'denied' || exact === 'huge';
  if (couldNot && mayRead) memory.deniedAt = now;
  const reading = typeof exact === 'string' ? reader.estimate(pid) : exact;
  if (reading === 'denied') return;
  // It has just ended, which the next reading will tell: it has given its memory back.
  memory.reading = reading === 'missing' || reading.rss === 0 ? noMemory : reading;
  memory.rssAtReading = rss;
  memory.readAt = now;
}

/** The newest figures, marked where they are not of now. */
export function memoryOf(process: Measurable): MemoryReading {
  const { reading } = process.memory;
  if (reading === null) {
    return { rss: process.rss, pss: null, uss: null, swap: null, frees: null, quality: 'estimate', fresh: false };
  }
  return moved(process) ? { ...reading, fresh: false } : reading;
}

const none = { rss: 0, pss: 0, uss: 0, swap: 0, anon: 0, file: 0, shmem: 0, frees: 0 } as const;

/** A process that has ended and waits to be reaped has no memory. */
export const noMemory: MemoryReading = { ...none, quality: 'exact', fresh: true };
