/** Kinds of system calls that threads sleep in. */
export type Call =
  | 'accept'
  | 'epoll'
  | 'select'
  | 'poll'
  /** Reads, writes or connects the descriptor that is its first argument. */
  | 'io'
  | 'futex'
  | 'sleep'
  | 'child'
  /** Waits for a lock on a file. */
  | 'lock'
  | 'disk'
  /** A resumed wait (restart_syscall(2)). The kernel no longer tells which one. */
  | 'restart';

type Table = ReadonlyMap<number, Call>;

function table(calls: Readonly<Record<Call, readonly number[]>>): Table {
  return new Map(
    Object.entries(calls).flatMap(([call, numbers]) => numbers.map((number) => [number, call as Call] as const)),
  );
}

/** arch/x86/entry/syscalls/syscall_64.tbl of Linux 6.1. */
const x86: Table = table({
  // accept, accept4
  accept: [43, 288],
  // epoll_wait, epoll_pwait, epoll_pwait2
  epoll: [232, 281, 441],
  // select, pselect6
  select: [23, 270],
  // poll, ppoll
  poll: [7, 271],
  // read, write, readv, writev, connect, sendto, recvfrom, sendmsg, recvmsg, recvmmsg, sendfile
  io: [0, 1, 19, 20, 42, 44, 45, 46, 47, 299, 40],
  futex: [202],
  // nanosleep, clock_nanosleep, pause
  sleep: [35, 230, 34],
  // wait4, waitid
  child: [61, 247],
  // fcntl, flock
  lock: [72, 73],
  // pread64, pwrite64, fsync, fdatasync, sync_file_range, open, openat, stat, newfstatat, unlink, rename
  disk: [17, 18, 74, 75, 277, 2, 257, 4, 262, 87, 82],
  restart: [219],
});

/** include/uapi/asm-generic/unistd.h of Linux 6.1. */
const arm: Table = table({
  accept: [202, 242],
  // epoll_pwait, epoll_pwait2
  epoll: [22, 441],
  // pselect6
  select: [72],
  // ppoll
  poll: [73],
  // read, write, readv, writev, connect, sendto, recvfrom, sendmsg, recvmsg, recvmmsg, sendfile
  io: [63, 64, 65, 66, 203, 206, 207, 211, 212, 243, 71],
  futex: [98],
  // nanosleep, clock_nanosleep
  sleep: [101, 115],
  // wait4, waitid
  child: [260, 95],
  // fcntl, flock
  lock: [25, 32],
  // pread64, pwrite64, fsync, fdatasync, sync_file_range, openat, newfstatat, unlinkat, renameat2
  disk: [67, 68, 82, 83, 84, 56, 79, 35, 276],
  restart: [128],
});

const tables: Readonly<Record<string, Table>> = { x64: x86, arm64: arm };

/** The numbers of system calls of an architecture, by Node's name for it; null for other architectures. */
export function callsOf(architecture: string): Table | null {
  return tables[architecture] ?? null;
}

/** A parsed line of /proc/PID/syscall (proc_pid_syscall(5)). */
export type Position =
  | 'running'
  /** The thread sleeps outside a system call: it waits for a page from disk or swap. */
  | 'outside'
  | Called;

export interface Called {
  number: number;
  /** Its arguments as addresses. They are exact up to 2^53, which no program's address exceeds. */
  readonly args: Float64Array;
  /** The lower halves of its arguments as ints, such as descriptors. The upper halves may hold garbage. */
  readonly ints: Int32Array;
  /** The lower halves of its stack pointer and of its program counter. */
  stack: number;
  instruction: number;
}

const ARGUMENTS = 6;

/** An object to parse calls into: parsing runs for every worker at every reading. */
export function emptyCall(): Called {
  return {
    number: 0,
    args: new Float64Array(ARGUMENTS),
    ints: new Int32Array(ARGUMENTS),
    stack: 0,
    instruction: 0,
  };
}

/** A stack below this address belongs to a 32-bit program, which numbers its calls differently. */
const FOUR_GIGABYTES = 2 ** 32;

const MINUS = 0x2d;
const SPACE = 0x20;
const NEWLINE = 0x0a;
const LETTER_R = 0x72;
const LETTER_X = 0x78;

/**
 * Parses `running`, `-1 SP PC` or `NUMBER ARG0 … ARG5 SP PC` in the first `length` bytes. Null for any other line, and
 * for 32-bit programs.
 * @param called what a call is written into, and then the result
 */
export function parseSyscall(bytes: Uint8Array, length: number, called: Called): Position | null {
  if (length === 0) return null;
  if (bytes[0] === LETTER_R) return 'running';
  if (bytes[0] === MINUS) return 'outside';
  let at = 0;
  let number = 0;
  for (; at < length; at++) {
    const digit = digitOf(bytes[at] ?? SPACE);
    if (digit < 0) break;
    if (digit > 9) return null;
    number = number * 10 + digit;
  }
  if (at === 0 || bytes[at] !== SPACE) return null;
  called.number = number;
  // Six arguments, the stack pointer and the program counter.
  let stack = 0;
  for (let word = 0; word < ARGUMENTS + 2; word++) {
    if (bytes[at] !== SPACE || bytes[at + 2] !== LETTER_X) return null;
    let value = 0;
    let low = 0;
    for (at += 3; at < length; at++) {
      const digit = digitOf(bytes[at] ?? SPACE);
      if (digit < 0) break;
      value = value * 16 + digit;
      low = (low << 4) | digit;
    }
    if (word < ARGUMENTS) {
      called.args[word] = value;
      called.ints[word] = low;
    } else if (word === ARGUMENTS) {
      stack = value;
      called.stack = low;
    } else called.instruction = low;
  }
  return stack >= FOUR_GIGABYTES && (at >= length || bytes[at] === NEWLINE) ? called : null;
}

/** The value of a hexadecimal digit in lower case, as the kernel writes it; -1 for any other byte. */
function digitOf(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  return byte >= 0x61 && byte <= 0x66 ? byte - 0x61 + 10 : -1;
}

const FUTEX_WAIT = 0;
const FUTEX_LOCK_PI = 6;
const FUTEX_WAIT_BITSET = 9;
const FUTEX_PRIVATE = 128;
/** Masks the operation of futex(2). The other bits select private futexes and the clock. */
const FUTEX_COMMAND = 0x7f;

export interface FutexWait {
  /** Whether it waits without a timeout. */
  readonly forever: boolean;
  /** Whether processes share the futex. */
  readonly shared: boolean;
  /**
   * Whether it waits as mutexes of glibc do, unlike its semaphores and condition variables. With musl all three look
   * alike (nptl of glibc 2.36).
   */
  readonly plain: boolean;
}

/** How a thread waits in futex(2): `UADDR OP VAL TIMEOUT …`. */
export function parseFutex({ args, ints }: Called): FutexWait {
  const op = ints[1] ?? -1;
  const command = op & FUTEX_COMMAND;
  const waits = command === FUTEX_WAIT || command === FUTEX_WAIT_BITSET || command === FUTEX_LOCK_PI;
  return { forever: waits && args[3] === 0, shared: (op & FUTEX_PRIVATE) === 0, plain: command === FUTEX_WAIT };
}

/** The descriptors in an fd_set of select(2). @param most one more than the highest descriptor */
export function parseFdSet(bits: Uint8Array, most: number): readonly number[] {
  const descriptors: number[] = [];
  for (let byte = 0; byte * 8 < most; byte++) {
    const eight = bits[byte] ?? 0;
    if (eight === 0) continue;
    for (let bit = 0; bit < 8 && byte * 8 + bit < most; bit++) if ((eight >> bit) & 1) descriptors.push(byte * 8 + bit);
  }
  return descriptors;
}

/** Bytes of a struct pollfd, see poll(2). */
export const POLLFD_BYTES = 8;

/** The descriptors in an array of `count` pollfds. Negative ones are skipped, as the kernel does. */
export function parsePollFds(array: Buffer, count: number): readonly number[] {
  const descriptors: number[] = [];
  for (let index = 0; index < count; index++) {
    const descriptor = array.readInt32LE(index * POLLFD_BYTES);
    if (descriptor >= 0) descriptors.push(descriptor);
  }
  return descriptors;
}
