import { closeSync, constants, fstatSync, openSync, readdirSync, readlinkSync, readSync } from 'node:fs';
import { errorCode } from '../../text/errno.ts';

/** Why the kernel does not read a file: it does not exist (any more), or this user may not read it. */
export type ReadError = 'missing' | 'denied';

/** Why a file was not read. `held`: reading it may block (held.ts). */
export type ReadFailure = ReadError | 'held';

/** Bytes read of a file. Titles and environments that matter are shorter; a process may have megabytes of arguments. */
const LARGEST = 128 * 1024;

/** Bytes read at once. */
const CHUNK = 32 * 1024;

/** Bytes. A buffer that grew beyond this size is replaced at the next read. */
const LARGEST_KEPT = 256 * 1024;

let scratch = Buffer.allocUnsafe(2 * CHUNK);

/**
 * Classifies an error of reading one process's file.
 * @throws any other error (EMFILE, EIO …), with the path added
 */
export function readFailureOf(error: unknown): ReadError {
  const code = errorCode(error);
  // ENOTDIR: a parent is no longer a directory. EINVAL: not a link (readlink(2)), or the mountinfo of a process that
  // has just ended and has lost its namespaces (mounts_open_common of the kernel's fs/proc_namespace.c).
  if (code === 'ENOENT' || code === 'ESRCH' || code === 'ENOTDIR' || code === 'EINVAL') return 'missing';
  // The working directory of a process may be deeper than a path can be long (getcwd(2)), and a path may contain a NUL.
  if (code === 'ENAMETOOLONG' || code === 'ERR_INVALID_ARG_VALUE') return 'missing';
  // A FIFO in a copied tree, whose writer has not written yet.
  if (code === 'EAGAIN') return 'missing';
  if (code === 'EACCES' || code === 'EPERM') return 'denied';
  throw error;
}

/** The first `limit` bytes of a file. The buffer is valid until the next read. */
export function readBytes(path: string, limit = LARGEST): Buffer | ReadFailure {
  const bytes = readUpTo(path, limit);
  return typeof bytes === 'string' ? bytes : bytes.subarray(0, limit);
}

/** A whole file; `huge` if it has more than `limit` bytes. The buffer is valid until the next read. */
export function readWhole(path: string, limit: number): Buffer | ReadFailure | 'huge' {
  const bytes = readUpTo(path, limit + 1);
  return typeof bytes !== 'string' && bytes.length > limit ? 'huge' : bytes;
}

/** A descriptor to read a file. */
function opened(path: string): number | ReadFailure {
  try {
    // The path may be a FIFO: do not wait for a writer.
    return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    return readFailureOf(error);
  }
}

/** Reads at least `limit` bytes, or the whole file. */
function readUpTo(path: string, limit: number): Buffer | ReadFailure {
  const descriptor = opened(path);
  if (typeof descriptor !== 'number') return descriptor;
  try {
    if (scratch.length > LARGEST_KEPT) scratch = Buffer.allocUnsafe(2 * CHUNK);
    let length = 0;
    while (length < limit) {
      if (scratch.length - length < CHUNK) scratch = Buffer.concat([scratch.subarray(0, length)], 2 * scratch.length);
      const read = readSync(descriptor, scratch, length, CHUNK, null);
      // A read of a kernel file returns whole records, possibly fewer bytes than fit. Only 0 means the end.
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
 * Yields a file's text, one read(2) at a time, for a reader that may stop early.
 * @returns why it cannot be read; null at its end
 */
export function* readChunks(path: string, size: number): Generator<string, ReadFailure | null> {
  const descriptor = opened(path);
  if (typeof descriptor !== 'number') return descriptor;
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

/** Adds the path, which an error of read(2) does not name. */
function withPath(error: Error, path: string): Error {
  if (!error.message.includes(path)) error.message = `${error.message}: ${path}`;
  return error;
}

/** A file's text; null if it does not exist or may not be read. */
export function readText(path: string, limit?: number): string | null {
  const bytes = readBytes(path, limit);
  return typeof bytes === 'string' ? null : bytes.toString('utf8');
}

/** A whole file's text; null if it has more than `limit` bytes, does not exist or may not be read. */
export function readWholeText(path: string, limit: number): string | null {
  const bytes = readWhole(path, limit);
  return typeof bytes === 'string' ? null : bytes.toString('utf8');
}

/** The target of a link; null if it does not exist or may not be read. */
export function readLink(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch (error) {
    readFailureOf(error);
    return null;
  }
}

/** The entries of a directory; null if it does not exist or may not be read. */
export function list(path: string): readonly string[] | null {
  try {
    return readdirSync(path);
  } catch (error) {
    readFailureOf(error);
    return null;
  }
}

/** The text of a regular file that is not the kernel's; null if it is not a regular file or cannot be read. */
export function readRegular(path: string, limit = LARGEST): string | null {
  let descriptor: number;
  try {
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch {
    // The file is a user's: any error means that its content is unknown.
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
