/** Of proc_pid_stat(5), what is read of every process at every reading. */
export interface Stat {
  /** As the kernel has it, between the parentheses: anything may be in it. */
  comm: string;
  state: string;
  ppid: number;
  pgrp: number;
  session: number;
  kernelThread: boolean;
  /** User and system time, in clock ticks. */
  cpuTicks: number;
  threads: number;
  /** Clock ticks since boot. */
  startTicks: number;
  /** Resident pages; the kernel's own count, which may lag by some dozens. */
  rssPages: number;
}

/** PF_KTHREAD of include/linux/sched.h. */
const KERNEL_THREAD = 0x00200000;

const SPACE = 0x20;
const CLOSING = 0x29;
const OPENING = 0x28;
const ZERO = 0x30;

const STATE = 3;
const PPID = 4;
const PGRP = 5;
const SESSION = 6;
const FLAGS = 9;
const UTIME = 14;
const STIME = 15;
const THREADS = 20;
const START = 22;
const RSS = 24;

/** The numbers of one line, by field. Kept, since this runs for every process at every reading. */
const fields = new Float64Array(RSS + 1);

/**
 * Reads the first `length` bytes of `buffer`. The name is whatever stands between the first parenthesis and the
 * last, since parentheses, spaces and newlines may be in it. Null when it is no such line.
 *
 * @param previous of the same process, whose name is mostly the same still
 */
export function parseStat(buffer: Buffer, length: number, previous?: Stat): Stat | null {
  let closing = length - 1;
  while (closing >= 0 && buffer[closing] !== CLOSING) closing--;
  const opening = buffer.indexOf(OPENING);
  if (closing < 0 || opening < 0 || opening > closing || closing + 2 >= length) return null;
  if (!readFields(buffer, closing + 4, length)) return null;
  return {
    comm: isAscii(buffer, opening + 1, closing, previous?.comm ?? '')
      ? (previous?.comm ?? '')
      : buffer.toString('utf8', opening + 1, closing),
    state: String.fromCharCode(buffer[closing + 2] ?? SPACE),
    ppid: field(PPID),
    pgrp: field(PGRP),
    session: field(SESSION),
    kernelThread: (field(FLAGS) & KERNEL_THREAD) !== 0,
    cpuTicks: field(UTIME) + field(STIME),
    threads: field(THREADS),
    startTicks: field(START),
    rssPages: field(RSS),
  };
}

/** Whether these bytes are that text: to compare is cheaper than to make a text of them. */
function isAscii(buffer: Buffer, from: number, to: number, text: string): boolean {
  if (to - from !== text.length || text.length === 0) return false;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code > 0x7f || buffer[from + index] !== code) return false;
  }
  return true;
}

function field(number: number): number {
  return fields[number] ?? 0;
}

/** Fills `fields` from the one after the state on. False when a number that is needed is missing. */
function readFields(buffer: Buffer, from: number, length: number): boolean {
  let number = STATE + 1;
  let value = 0;
  let digits = false;
  for (let index = from; index < length; index++) {
    const byte = buffer[index] ?? SPACE;
    if (byte >= ZERO && byte <= ZERO + 9) {
      value = value * 10 + (byte - ZERO);
      digits = true;
    } else if (byte === SPACE) {
      // Negative ones (tpgid, priority) are none of those wanted; their sign is passed over.
      if (!digits) return false;
      fields[number] = value;
      if (number === RSS) return true;
      number++;
      value = 0;
      digits = false;
    }
  }
  if (!digits || number !== RSS) return false;
  fields[number] = value;
  return true;
}
