import { closeSync, constants, fstatSync, lstatSync, openSync, readSync } from 'node:fs';
import { errorCode } from '../../text/errno.ts';

/** dev/kmsg is character device 1:11 (Documentation/admin-guide/devices.txt). In a container it may be a console. */
const KMSG = 0x10b;

/** Bytes of the longest record (Documentation/ABI/testing/dev-kmsg). */
const LONGEST = 8192;

const MOST_RECORDS = 5000;

/** Microseconds. The kernel logs the memory that it reserves at boot before this time. */
const BOOTED = 60_000_000;

/**
 * The kernel's log of the first minute, one message a line; null if this user may not read it, or if its beginning was
 * overwritten.
 */
export function readBootLog(path = '/dev/kmsg'): string | null {
  try {
    if (lstatSync(path).rdev !== KMSG) return null;
    const descriptor = openSync(
      path,
      constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW | constants.O_NOCTTY,
    );
    try {
      return fstatSync(descriptor).rdev === KMSG ? messages(descriptor) : null;
    } finally {
      closeSync(descriptor);
    }
  } catch {
    // EPERM: kernel.dmesg_restrict. EPIPE: the kernel overwrote records meanwhile.
    return null;
  }
}

/** Each read(2) returns one record: `level,number,microseconds,flags;message`. */
function messages(descriptor: number): string | null {
  const buffer = Buffer.allocUnsafe(LONGEST);
  const found: string[] = [];
  while (found.length < MOST_RECORDS) {
    const length = readRecord(descriptor, buffer);
    const record = buffer.toString('latin1', 0, length);
    const [, number, time, message = ''] = /^\d+,(\d+),(\d+),[^;]*;(.*)/.exec(record) ?? [];
    if (found.length === 0 && number !== '0') return null;
    if (length === 0 || Number(time) > BOOTED) break;
    found.push(message);
  }
  return found.join('\n');
}

/** Returns 0 at the end of the log. */
function readRecord(descriptor: number, buffer: Buffer): number {
  try {
    return readSync(descriptor, buffer, 0, LONGEST, null);
  } catch (error) {
    if (errorCode(error) === 'EAGAIN') return 0;
    throw error;
  }
}
