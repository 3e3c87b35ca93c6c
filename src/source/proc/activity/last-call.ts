import { type Called, emptyCall, type Position, parseSyscall } from './syscalls.ts';

/** Longer lines than this are not remembered: eight words of 64 bits and a number have fewer characters. */
const LONGEST = 192;

/** The descriptors of a select(2) are read again after this many seconds. */
const LASTING = 20;

/**
 * What was read of one thread last. Most threads sleep in the same call from one reading to the next: then nothing is
 * parsed.
 */
export class LastCall {
  readonly #line = new Uint8Array(LONGEST);
  #length = 0;
  readonly #called: Called = emptyCall();
  #selected: { readonly descriptors: readonly number[]; readonly at: number } | null = null;

  /** What the first `length` bytes of a file `syscall` say; null for any other line, and for 32-bit programs. */
  position(bytes: Uint8Array, length: number): Position | null {
    if (this.#isSame(bytes, length)) return this.#called;
    this.#selected = null;
    const position = parseSyscall(bytes, length, this.#called);
    const isCall = position !== null && typeof position !== 'string' && length <= LONGEST;
    this.#length = isCall ? length : 0;
    for (let at = 0; at < this.#length; at++) this.#line[at] = bytes[at] ?? 0;
    return position;
  }

  /**
   * The descriptors that this very call was found to wait for; null if they have to be read.
   * @param now seconds since boot
   */
  selected(now: number): readonly number[] | null {
    return this.#selected !== null && now - this.#selected.at < LASTING ? this.#selected.descriptors : null;
  }

  /**
   * Remembers the descriptors of a select(2), if the highest is one less than its first argument: who counts them so
   * exactly waits for that descriptor whenever the call is the same. With another argument, such as FD_SETSIZE, the same
   * call may wait for others.
   */
  keepSelected(descriptors: readonly number[], now: number): void {
    const highest = descriptors.at(-1);
    if (highest !== undefined && highest + 1 === this.#called.ints[0]) this.#selected = { descriptors, at: now };
  }

  #isSame(bytes: Uint8Array, length: number): boolean {
    if (length === 0 || length !== this.#length) return false;
    // The program counter and the stack, at the end, differ most often.
    for (let at = length - 1; at >= 0; at--) if (bytes[at] !== this.#line[at]) return false;
    return true;
  }
}
