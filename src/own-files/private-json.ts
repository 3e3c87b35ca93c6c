import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readSync,
  renameSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { basename, dirname } from 'node:path';
import { checkedDirectory, self, UnsafePath, within } from './checked-directory.ts';

const { O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_WRONLY } = constants;

/** Only its owner may read and write it. */
const PRIVATE = 0o600;

/** Longer files are not ours. */
const MOST_BYTES = 64 * 1024 * 1024;

/**
 * Replaces a file of our own, in a directory of our own, with a value as JSON. A reader gets the old content or the
 * new.
 * @throws UnsafePath if somebody else may have chosen the file; else the system's error
 */
export function keepPrivately(path: string, value: unknown): void {
  const directory = checkedDirectory(dirname(path), 'ours');
  const made = within(directory, `${basename(path)}.${process.pid}`);
  try {
    const file = openSync(made, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, PRIVATE);
    try {
      writeSync(file, JSON.stringify(value));
    } finally {
      closeSync(file);
    }
    renameSync(made, within(directory, basename(path)));
  } catch (error) {
    if (lstatSync(made, { throwIfNoEntry: false })?.isFile()) unlinkSync(made);
    throw error;
  } finally {
    closeSync(directory.descriptor);
  }
}

/**
 * Reads the value that `keepPrivately` wrote; null if there is none, or it is broken.
 * @throws like `keepPrivately`
 */
export function readPrivately(path: string): unknown {
  const directory = checkedDirectory(dirname(path), 'ours');
  try {
    const inside = within(directory, basename(path));
    if (lstatSync(inside, { throwIfNoEntry: false })?.isFile() !== true) return null;
    const file = openSync(inside, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    try {
      const about = fstatSync(file);
      if (!about.isFile() || about.uid !== self()) throw new UnsafePath(`${path} is another user’s`);
      if (about.size > MOST_BYTES) return null;
      const buffer = Buffer.alloc(about.size);
      const text = buffer.toString('utf8', 0, readSync(file, buffer, 0, about.size, 0));
      try {
        return JSON.parse(text);
      } catch {
        return null;
      }
    } finally {
      closeSync(file);
    }
  } finally {
    closeSync(directory.descriptor);
  }
}

/** Takes such a file away, where there is one. @throws as `keepPrivately` does */
export function forgetPrivately(path: string): void {
  const directory = checkedDirectory(dirname(path), 'ours');
  try {
    const inside = within(directory, basename(path));
    if (lstatSync(inside, { throwIfNoEntry: false }) !== undefined) unlinkSync(inside);
  } finally {
    closeSync(directory.descriptor);
  }
}
