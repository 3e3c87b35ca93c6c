import { closeSync, constants, fstatSync, openSync, readdirSync, readlinkSync, readSync } from 'node:fs';
import { errorCode } from '../../text/errno.ts';

/** Why something was not read: it is not there (any more), or may not be read by this user. */
export type ReadFailure = 'missing' | 'denied';

/** Bytes. More than a title or an environment that matters: a process may have megabytes of arguments. */
const LARGEST = 128 * 1024;

/** Bytes read at once. */
const CHUNK = 32 * 1024;

/** Bytes. A buffer that grew beyond this for one file is given up at the next. */
const LARGEST_KEPT = 256 * 1024;

let scratch = Buffer.allocUnsafe(2 * CHUNK);

/**
 * What an error of the file system says of one process's file. A descriptor limit or a broken disk is no such thing.
 * @throws the error with its path, when it is anything that is no matter of this one file
 */
export function readFailureOf(error: unknown): ReadFailure {
  const code = errorCode(error);
  // ENOTDIR: what was a directory is none any more. EINVAL: no link. Neither is there in that form.
  if (code === 'ENOENT' || code === 'ESRCH' || code === 'ENOTDIR') return 'missing';
  // A process may work in a directory deeper than a path can be long (getcwd(2)), or name a path with a NUL in it.
  if (code === 'ENAMETOOLONG' || code === 'ERR_INVALID_ARG_VALUE') return 'missing';
  // A FIFO in a copied tree, whose writer has not written yet.
  if (code === 'EAGAIN') return 'missing';
  if (code === 'EACCES' || code === 'EPERM') return 'denied';
  throw error;
}

/** The first `limit` bytes of a file, or all of a smaller one. The buffer is good until the next read. */
export function readBytes(path: string, limit = LARGEST): Buffer | ReadFailure {
  const bytes = readUpTo(path, limit);
  return typeof bytes === 'string' ? bytes : bytes.subarray(0, limit);
}

/** All of a file; `huge` when it has more than `limit` bytes. The buffer is good until the next read. */
export function readWhole(path: string, limit: number): Buffer | ReadFailure | 'huge' {
  const bytes = readUpTo(path, limit + 1);
  return typeof bytes !== 'string' && bytes.length > limit ? 'huge' : bytes;
}

/** At least `limit` bytes, or the whole file. */
function readUpTo(path: string, limit: number): Buffer | ReadFailure {
  let descriptor: number;
  try {
    // Never waits for a writer, should the path be a FIFO.
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    return readFailureOf(error);
  }
  try {
    if (scratch.length > LARGEST_KEPT) scratch = Buffer.allocUnsafe(2 * CHUNK);
    let length = 0;
    while (length < limit) {
      if (scratch.length - length < CHUNK) scratch = Buffer.concat([scratch.subarray(0, length)], 2 * scratch.length);
      const read = readSync(descriptor, scratch, length, CHUNK, null);
      // The kernel makes its files record by record, and gives as many at once as it has made. Only 0 is the end.
      if (read === 0) break;
      length += read;
    }
    return scratch.subarray(0, length);
  } catch (error) {
    return readFailureOf(error instanceof Error ? withPath(error, path) : error);
  } finally {
    closeSync(descriptor);
  }
}

/**
 * A file's text as the kernel gives it, read by read, for a reader that may stop early.
 * @returns why it cannot be read; null at its end
 */
export function* readChunks(path: string, size: number): Generator<string, ReadFailure | null> {
  let descriptor: number;
  try {
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    return readFailureOf(error);
  }
  try {
    const buffer = Buffer.allocUnsafe(size);
    for (;;) {
      const length = readSync(descriptor, buffer, 0, size, null);
      if (length === 0) return null;
      yield buffer.toString('latin1', 0, length);
    }
  } catch (error) {
    return readFailureOf(error instanceof Error ? withPath(error, path) : error);
  } finally {
    closeSync(descriptor);
  }
}

/** An error of `read` names no file. */
function withPath(error: Error, path: string): Error {
  if (!error.message.includes(path)) error.message = `${error.message}: ${path}`;
  return error;
}

/** A file's text, null when it is not there or may not be read. */
export function readText(path: string, limit?: number): string | null {
  const bytes = readBytes(path, limit);
  return typeof bytes === 'string' ? null : bytes.toString('utf8');
}

/** Where a link leads, null when it is not there or may not be read. */
export function readLink(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch (error) {
    readFailureOf(error);
    return null;
  }
}

/** A directory's entries, null when it is not there or may not be read. */
export function list(path: string): readonly string[] | null {
  try {
    return readdirSync(path);
  } catch (error) {
    readFailureOf(error);
    return null;
  }
}

/** The text of a regular file, for files that are not the kernel's; null when it is none. */
export function readRegular(path: string, limit = LARGEST): string | null {
  let descriptor: number;
  try {
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch {
    // Such files are the users': whatever is wrong with one of them makes it unknown, and nothing else.
    return null;
  }
  try {
    if (!fstatSync(descriptor).isFile()) return null;
    const buffer = Buffer.alloc(limit);
    return buffer.toString('utf8', 0, readSync(descriptor, buffer, 0, limit, 0));
  } catch {
    return null;
  } finally {
    closeSync(descriptor);
  }
}
