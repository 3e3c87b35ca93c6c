import type { KernelFile } from './activity-files.ts';
import { buffer } from './kept-file.ts';
import { type Called, POLLFD_BYTES, parseFdSet, parsePollFds } from './syscalls.ts';

/** Most descriptors read of a poll(2) or select(2). */
const MOST_POLLED = 64;
const MOST_SELECTED = 1024;

/** The descriptors that a select(2) waits to read, or else to write. Null if they cannot be read, or are too many. */
export function selected({ args, ints }: Called, memory: KernelFile): readonly number[] | null {
  const count = ints[0] ?? -1;
  if (count < 0 || count > MOST_SELECTED) return null;
  for (let set = 1; set <= 2; set++) {
    const address = args[set] ?? 0;
    if (address === 0) continue;
    const length = Math.ceil(count / 8);
    if (memory.read(length, address) !== length) return null;
    const descriptors = parseFdSet(buffer, count);
    if (descriptors.length > 0) return descriptors;
  }
  return [];
}

/** The descriptors that a poll(2) waits for. Null if they cannot be read, or are too many. */
export function polled({ args, ints }: Called, memory: KernelFile): readonly number[] | null {
  const count = ints[1] ?? -1;
  if (count === 0) return [];
  if (count < 0 || count > MOST_POLLED) return null;
  const length = count * POLLFD_BYTES;
  return memory.read(length, args[0] ?? 0) === length ? parsePollFds(buffer, count) : null;
}
