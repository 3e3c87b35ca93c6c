import { closeSync, constants, openSync, readSync } from 'node:fs';
import { type ReadError, readFailureOf } from '../files.ts';

/** Holds the last reading of any kept file. It fits a line of `syscall` and the 1,024 bits of an fd_set. */
export const buffer = Buffer.allocUnsafe(1024);

/**
 * A small kernel file that is read again through one open descriptor, at a third of the cost of opening it. The
 * descriptor belongs to one process or thread: after its end, reads fail, even if the pid is used again.
 */
export class KeptFile {
  readonly #path: string;
  #descriptor: number | null = null;

  constructor(path: string) {
    this.#path = path;
  }

  /**
   * Reads up to `length` bytes from `position` into `buffer`.
   * @returns the number of bytes read
   * @throws as `readFailureOf` does
   */
  read(length = buffer.length, position = 0): number | ReadError {
    try {
      this.#descriptor ??= openSync(this.#path, constants.O_RDONLY);
      return readSync(this.#descriptor, buffer, 0, Math.min(length, buffer.length), position);
    } catch (error) {
      return readFailureOf(named(error, this.#path));
    }
  }

  close(): void {
    if (this.#descriptor !== null) closeSync(this.#descriptor);
    this.#descriptor = null;
  }
}

/** Adds the path, which errors of `read` lack. */
function named(error: unknown, path: string): unknown {
  if (error instanceof Error && !error.message.includes(path)) error.message = `${error.message}: ${path}`;
  return error;
}
