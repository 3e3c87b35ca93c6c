import {
  chmodSync,
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  ftruncateSync,
  lstatSync,
  openSync,
  readSync,
  type Stats,
  writeSync,
} from 'node:fs';
import { basename, dirname } from 'node:path';
import {
  checkedDirectory,
  type Directory,
  mayBeChangedByOthers,
  self,
  UnsafePath,
  within,
} from './checked-directory.ts';
import { closeAfter } from './close-after.ts';

const { O_APPEND, O_CREAT, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_WRONLY } = constants;

/** Only its owner may read and write it. */
const PRIVATE_FILE = 0o600;
const PRIVATE_DIRECTORY = 0o700;

/**
 * Appends to a file of our own in a directory of our own. Both are made if missing, and made private.
 * @throws UnsafePath if somebody else may have chosen the file; else the system's error
 */
export function appendPrivately(path: string, text: string): void {
  const directory = checkedDirectory(dirname(path), 'ours');
  closeAfter(directory.descriptor, () => {
    chmodSync(within(directory, '.'), PRIVATE_DIRECTORY);
    const flags = O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK;
    const file = openSync(within(directory, basename(path)), flags, PRIVATE_FILE);
    closeAfter(file, () => {
      const stats = fstatSync(file);
      if (!stats.isFile()) throw new UnsafePath(`${path} is not a regular file`);
      if (stats.uid !== self() || stats.nlink > 1) throw new UnsafePath(`${path} may be another user’s file`);
      fchmodSync(file, PRIVATE_FILE);
      writeSync(file, text);
    });
  });
}

/**
 * The last `length` bytes of a file that `appendPrivately` writes; empty if there is none.
 * @throws like `appendPrivately`
 */
export function readTail(path: string, length: number): string {
  const directory = checkedDirectory(dirname(path), 'ours');
  return closeAfter(directory.descriptor, () => {
    const inside = within(directory, basename(path));
    if (lstatSync(inside, { throwIfNoEntry: false })?.isFile() !== true) return '';
    const file = openSync(inside, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    return closeAfter(file, () => {
      const buffer = Buffer.alloc(length);
      const read = readSync(file, buffer, 0, length, Math.max(0, fstatSync(file).size - length));
      return buffer.toString('utf8', 0, read);
    });
  });
}

/**
 * Opens a file that the user has named, and empties it. It becomes private, whatever the umask and its old mode. If
 * others may write to its directory, no link is followed and no file of theirs is written. Devices and FIFOs keep their
 * mode.
 * @returns the descriptor
 * @throws UnsafePath, or the system's error
 */
export function createPrivately(path: string): number {
  const directory = checkedDirectory(dirname(path), 'named');
  return closeAfter(directory.descriptor, () => {
    const guarded = mayBeChangedByOthers(directory.stats);
    const flags = O_WRONLY | O_CREAT | (guarded ? O_NOFOLLOW : 0);
    const inside = within(directory, basename(path));
    // A FIFO that nobody reads fails with ENXIO, and would wait for a reader otherwise.
    const file = openSync(inside, flags | O_NONBLOCK, PRIVATE_FILE);
    try {
      const stats = fstatSync(file);
      if (guarded) refuseForeign(path, stats, directory);
      if (stats.isFIFO()) return waiting(file, inside);
      if (!stats.isFile()) return file;
      fchmodSync(file, PRIVATE_FILE);
      ftruncateSync(file);
      return file;
    } catch (error) {
      closeSync(file);
      throw error;
    }
  });
}

/** Opens an open FIFO once more, for writes that wait for its reader. */
function waiting(file: number, path: string): number {
  const again = openSync(process.platform === 'linux' ? `/proc/self/fd/${file}` : path, O_WRONLY);
  closeSync(file);
  return again;
}

/** Refuses a file in a directory that others may write to, if they own it or have another name for it. */
function refuseForeign(path: string, { uid, nlink }: Stats, directory: Directory): void {
  if (nlink > 1 || (uid !== self() && uid !== directory.stats.uid)) {
    throw new UnsafePath(`${path} was put there by another user`);
  }
}
