import { type ProcessState, processStates } from '../../../snapshot.ts';

/** The fields of proc_pid_stat(5) that are read of every process at every reading. */
export interface Stat {
  /** The text between the parentheses: any characters. */
  comm: string;
  state: ProcessState;
  ppid: number;
  pgrp: number;
  session: number;
  kernelThread: boolean;
  /** User and system time in clock ticks. */
  cpuTicks: number;
  threads: number;
  /** Clock ticks since boot. */
  startTicks: number;
  /** Resident pages. The kernel updates this count late: it may be off by some dozens. */
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

/** The states, by the code of their letter. */
const states: readonly (ProcessState | undefined)[] = Array.from({ length: 128 }, (_, code) =>
  processStates.find((state) => state.charCodeAt(0) === code),
);

/** The numbers of one line, by field. Reused, since parsing runs for every process at every reading. */
const fields = new Float64Array(RSS + 1);

/**
 * Parses the first `length` bytes of `buffer`. The name lies between the first and the last parenthesis, since it may
 * contain parentheses, spaces and newlines. Null if it is not a stat line.
 * @param previous an earlier reading of the same process: its name is reused if it has not changed
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
    state: states[buffer[closing + 2] ?? SPACE] ?? '?',
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

/** Whether these bytes are that text: comparing is cheaper than decoding. */
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

/** Fills `fields` from the field after the state. False if a needed number is missing. */
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
      // Negative fields (tpgid, priority) are not needed: skip the sign.
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
