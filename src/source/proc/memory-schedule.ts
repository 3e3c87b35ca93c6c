import type { MemoryReading } from '../../snapshot.ts';
import type { ReadHints } from '../source.ts';
import type { MemoryReader } from './memory-reader.ts';

const MB = 1024 * 1024;

/**
 * Figures are read again after this many seconds even if RSS has not changed: shared memory depends on other processes.
 */
const OLDEST_PREFERRED = 30;
/** The same for a process that has not run since: only others can have changed its figures. */
const OLDEST_RESTING = 60;
const OLDEST = 90;

/** Shortest time between two readings of a process outside projects, in seconds, even if its RSS changes. */
const SHORTEST = 10;

/** Seconds until a process is tried again whose memory could not be read, or not in time. */
const DENIED = 120;

/** A budget of processor time may take this many times as long on the clock. */
const LONGEST = 4;

/** The memory of one process and when it was read. */
export interface MemoryState {
  reading: MemoryReading | null;
  /** RSS by the kernel's cheap count at that time, in bytes. */
  rssAtReading: number;
  /** Seconds since boot. */
  readAt: number;
  /** CPU time that it had used by then, in clock ticks. */
  ticksAtReading: number;
  deniedAt: number;
}

/** The state of a process whose memory was never read. */
export function unreadMemory(): MemoryState {
  return {
    reading: null,
    rssAtReading: 0,
    readAt: Number.NEGATIVE_INFINITY,
    ticksAtReading: 0,
    deniedAt: Number.NEGATIVE_INFINITY,
  };
}

export interface Measurable {
  readonly pid: number;
  /** Resident bytes as `stat` has them now. */
  readonly rss: number;
  readonly stat: { readonly ppid: number; readonly cpuTicks: number };
  readonly memory: MemoryState;
}

/** Whether RSS has changed since the last reading by more than noise: 1 MiB and 2 %. */
function moved({ rss, memory }: Measurable): boolean {
  return Math.abs(rss - memory.rssAtReading) >= Math.max(MB, 0.02 * memory.rssAtReading);
}

/** Priority, 0 first; null if the figures are fresh enough. */
function urgency(process: Measurable, hints: ReadHints, now: number): number | null {
  const { pid, memory } = process;
  if (hints.watch.has(pid)) return 0;
  const preferred = hints.prefer.has(pid);
  if (memory.reading === null) return preferred ? 1 : 2;
  if (hints.memoryBudget === Number.POSITIVE_INFINITY) return 3;
  if (moved(process) && (preferred || now - memory.readAt > SHORTEST)) return preferred ? 3 : 5;
  const oldest = process.stat.cpuTicks === memory.ticksAtReading ? OLDEST_RESTING : OLDEST_PREFERRED;
  if (now - memory.readAt > (preferred ? oldest : OLDEST)) return preferred ? 4 : 6;
  return null;
}

/**
 * Reads the memory of the processes that need it most, the stalest first, until the budget is used up. A read holds a
 * lock in the process that is read, so it happens as rarely as possible.
 */
export function readMemory(
  processes: readonly Measurable[],
  reader: MemoryReader,
  hints: ReadHints,
  now: number,
): void {
  const candidates: { readonly process: Measurable; readonly urgency: number }[] = [];
  let unread = false;
  for (const process of processes) {
    const priority = urgency(process, hints, now);
    if (priority === null) continue;
    unread ||= priority === 1;
    candidates.push({ process, urgency: priority });
  }
  // A project is shown once all its memory is read. So read one project after the other, in the order of the hints.
  const order = new Map(unread ? [...hints.prefer].map((pid, index) => [pid, index]) : []);
  const orderOf = ({ process }: { readonly process: Measurable }) => order.get(process.pid) ?? 0;
  candidates.sort(
    (a, b) =>
      a.urgency - b.urgency || compare(a.process.memory.readAt, b.process.memory.readAt) || orderOf(a) - orderOf(b),
  );
  const most = reader.mostWithin(hints.memoryBudget);
  const chosen = candidates.filter(({ urgency }, index) => urgency === 0 || index < most);
  reader.expect(
    chosen.map(({ process }) => ({
      pid: process.pid,
      mayRead: mayRead(process, now),
      wasExact: process.memory.reading?.quality === 'exact',
    })),
  );
  const isOver = stopwatch(hints.memoryBudget);
  for (const { process, urgency } of chosen) {
    if (urgency > 0 && isOver()) break;
    readOne(process, reader, now);
  }
}

/** Compares two numbers. Never read is minus infinity, and infinities cannot be subtracted. */
function compare(a: number, b: number): number {
  return a === b ? 0 : a - b;
}

/**
 * Whether a number of seconds of processor time was used. Wall-clock time would leave next to nothing on a busy
 * machine. But a reading ends after LONGEST times as long, whatever holds it up.
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

function mayRead({ memory }: Pick<Measurable, 'memory'>, now: number): boolean {
  return now - memory.deniedAt > DENIED;
}

function readOne({ pid, rss, stat, memory }: Measurable, reader: MemoryReader, now: number): void {
  const tried = mayRead({ memory }, now);
  const exact = tried ? reader.read(pid, stat.ppid) : 'denied';
  const couldNot = exact === 'denied' || exact === 'huge';
  if (couldNot && tried) memory.deniedAt = now;
  // What was read before is better than an estimate. It is tried again at the next reading.
  if (exact === 'held' && memory.reading !== null) return;
  const reading = typeof exact === 'string' ? reader.estimate(pid) : exact;
  if (reading === 'denied' || reading === 'held') return;
  // It has just ended: its memory was freed. The next reading will find it gone.
  memory.reading = reading === 'missing' || reading.rss === 0 ? noMemory : reading;
  memory.rssAtReading = rss;
  memory.ticksAtReading = stat.cpuTicks;
  memory.readAt = exact === 'held' ? Number.NEGATIVE_INFINITY : now;
}

/** The newest figures, with `fresh` false if RSS has changed since. */
export function memoryOf(process: Measurable): MemoryReading {
  const { reading } = process.memory;
  if (reading === null) {
    return { rss: process.rss, pss: null, uss: null, swap: null, frees: null, quality: 'estimate', fresh: false };
  }
  return moved(process) ? { ...reading, fresh: false } : reading;
}

const none = { rss: 0, pss: 0, uss: 0, swap: 0, anon: 0, file: 0, shmem: 0, frees: 0 } as const;

/** A zombie has no memory. */
export const noMemory: MemoryReading = { ...none, quality: 'exact', fresh: true };
