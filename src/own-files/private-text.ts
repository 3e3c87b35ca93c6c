import { constants, fstatSync, lstatSync, openSync, readSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { errorCode } from '../text/errno.ts';
import { checkedDirectory, type Directory, self, UnsafePath, within } from './checked-directory.ts';
import { closeAfter } from './close-after.ts';

const { O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_WRONLY } = constants;

/** Only its owner may read and write it. */
const PRIVATE = 0o600;

/** Bytes. Longer files are not ours. */
const LARGEST = 64 * 1024 * 1024;

/**
 * Replaces a file of our own, in a directory of our own. A reader gets the old text or the new. A link in its place is
 * replaced, never followed.
 * @throws UnsafePath if somebody else may have chosen the file; else the system's error
 */
export function replacePrivately(path: string, text: string): void {
  const directory = checkedDirectory(dirname(path), 'ours');
  closeAfter(directory.descriptor, () => {
    const temporary = within(directory, `.${basename(path)}.${process.pid}`);
    try {
      const file = openSync(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, PRIVATE);
      closeAfter(file, () => writeFileSync(file, text));
      renameSync(temporary, within(directory, basename(path)));
    } catch (error) {
      if (lstatSync(temporary, { throwIfNoEntry: false })?.isFile()) unlinkSync(temporary);
      throw error;
    }
  });
}

/**
 * Reads a file that `replacePrivately` wrote; null if there is none.
 * @throws like `replacePrivately`, and UnsafePath if it is a link, not a regular file, another user's, or too large
 */
export function readPrivately(path: string): string | null {
  const directory = directoryOf(path);
  if (directory === null) return null;
  return closeAfter(directory.descriptor, () => {
    const inside = within(directory, basename(path));
    const entry = lstatSync(inside, { throwIfNoEntry: false });
    if (entry === undefined) return null;
    if (!entry.isFile()) throw new UnsafePath(`${path} is not a regular file`);
    const file = openSync(inside, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    return closeAfter(file, () => {
      const stats = fstatSync(file);
      if (!stats.isFile() || stats.uid !== self()) throw new UnsafePath(`${path} is another user’s`);
      if (stats.size > LARGEST) throw new UnsafePath(`${path} is too large`);
      const buffer = Buffer.alloc(stats.size);
      return buffer.toString('utf8', 0, readSync(file, buffer, 0, stats.size, 0));
    });
  });
}

/** Removes such a file, if there is one. @throws like `replacePrivately` */
export function removePrivately(path: string): void {
  const directory = directoryOf(path);
  if (directory === null) return;
  closeAfter(directory.descriptor, () => {
    const inside = within(directory, basename(path));
    if (lstatSync(inside, { throwIfNoEntry: false }) !== undefined) unlinkSync(inside);
  });
}

/** The directory of a file; null if it does not exist. The caller closes it. */
function directoryOf(path: string): Directory | null {
  try {
    return checkedDirectory(dirname(path), 'found');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
}
