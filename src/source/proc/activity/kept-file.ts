import { closeSync, constants, openSync, readSync } from 'node:fs';
import { type ReadFailure, readFailureOf } from '../files.ts';

/** What was read last from any of these files: long enough for a line of `syscall`, and for the 1,024 bits of an fd_set. */
export const buffer = Buffer.allocUnsafe(1024);

/**
 * A small file of the kernel that is read again and again over one descriptor: that costs a third of opening it each time. It is a
 * file of one process or thread: once that has ended a read fails, and never gives what a stranger with the same number does.
 */
export class KeptFile {
  readonly #path: string;
  #descriptor: number | null = null;

  constructor(path: string) {
    this.#path = path;
  }

  /** Reads up to `length` bytes from `position` on into `buffer`. @returns how many those were @throws as `readFailureOf` does */
  read(length = buffer.length, position = 0): number | ReadFailure {
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

/** An error of `read` names no file. */
function named(error: unknown, path: string): unknown {
  if (error instanceof Error && !error.message.includes(path)) error.message = `${error.message}: ${path}`;
  return error;
}
