import { closeSync, constants, fstatSync, openSync, readdirSync, readlinkSync, readSync } from 'node:fs';

/** Why something was not read: it is not there (any more), or may not be read by this user. */
export type Unread = 'gone' | 'denied';

/** More than a title or an environment that matters; a process may have megabytes of arguments. */
const LARGEST = 128 * 1024;

const SHORT_READ = 3 * 1024;

let scratch = Buffer.allocUnsafe(16 * 1024);

/**
 * What an error of the file system says of one process's file. A descriptor limit or a broken disk is no such thing.
 * @throws the error with its path, when it is anything but ENOENT, ESRCH, EACCES or EPERM
 */
export function unreadOr(error: unknown): Unread {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  // ENOTDIR: what was a directory is none any more. EINVAL: no link. Neither is there in that form.
  if (code === 'ENOENT' || code === 'ESRCH' || code === 'ENOTDIR') return 'gone';
  if (code === 'EACCES' || code === 'EPERM') return 'denied';
  throw error;
}

/** Up to `limit` bytes of a file; the buffer is good until the next read. */
export function readBytes(path: string, limit = LARGEST): Buffer | Unread {
  let descriptor: number;
  try {
    // Never waits for a writer, should the path be a FIFO.
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    return unreadOr(error);
  }
  try {
    let length = 0;
    while (length < limit) {
      if (length === scratch.length) scratch = Buffer.concat([scratch], 2 * scratch.length);
      const read = readSync(descriptor, scratch, length, Math.min(scratch.length, limit) - length, null);
      length += read;
      // The kernel gives its files by the page: less than that was all, and to be told so would cost as much again.
      if (read < SHORT_READ) break;
    }
    return scratch.subarray(0, length);
  } catch (error) {
    return unreadOr(error instanceof Error ? withPath(error, path) : error);
  } finally {
    closeSync(descriptor);
  }
}

/** A file's text as the kernel gives it, read by read, for who does not need all of it. Nothing when it may not be read. */
export function* readChunks(path: string, size: number): Generator<string, void> {
  let descriptor: number;
  try {
    descriptor = openSync(path, 'r');
  } catch (error) {
    unreadOr(error);
    return;
  }
  try {
    const buffer = Buffer.allocUnsafe(size);
    for (;;) {
      const length = readSync(descriptor, buffer, 0, size, null);
      if (length === 0) return;
      yield buffer.toString('latin1', 0, length);
    }
  } catch (error) {
    unreadOr(error instanceof Error ? withPath(error, path) : error);
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
    unreadOr(error);
    return null;
  }
}

/** A directory's entries, null when it is not there or may not be read. */
export function list(path: string): readonly string[] | null {
  try {
    return readdirSync(path);
  } catch (error) {
    unreadOr(error);
    return null;
  }
}

/** The entries of a directory that is not the kernel's; nothing when it cannot be read for whatever reason. */
export function listRegular(path: string): readonly string[] {
  try {
    return readdirSync(path);
  } catch {
    // As with such files: a path from somebody's environment may be anything.
    return [];
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
