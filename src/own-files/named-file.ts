import { constants, fstatSync, openSync, readSync } from 'node:fs';
import { closeAfter } from './close-after.ts';

const { O_NOCTTY, O_NONBLOCK, O_RDONLY } = constants;

/** Bytes: no configuration file and no token is longer. */
const LARGEST = 1024 * 1024;

export interface NamedFile {
  readonly text: string;
  /** Permissions, as in chmod(1). */
  readonly mode: number;
}

/**
 * Reads a file that the user has named. It never waits for a FIFO's writer or a terminal.
 * @throws the system's error; one with the code ENOTSUP if it is not a regular file, with EFBIG if it is too large
 */
export function readNamedFile(path: string): NamedFile {
  const file = openSync(path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
  return closeAfter(file, () => {
    const stats = fstatSync(file);
    if (stats.isDirectory()) throw failure('EISDIR');
    if (!stats.isFile()) throw failure('ENOTSUP');
    if (stats.size > LARGEST) throw failure('EFBIG');
    // Files of the kernel have a size of 0.
    const buffer = Buffer.alloc(LARGEST);
    return { text: buffer.toString('utf8', 0, readSync(file, buffer, 0, LARGEST, 0)), mode: stats.mode & 0o7777 };
  });
}

function failure(code: string): Error {
  return Object.assign(new Error(code), { code });
}
