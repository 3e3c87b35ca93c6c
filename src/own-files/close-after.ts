import { closeSync } from 'node:fs';

/** Uses an open descriptor, and closes it whatever happens. @throws what `use` throws */
export function closeAfter<Result>(descriptor: number, use: () => Result): Result {
  try {
    return use();
  } finally {
    closeSync(descriptor);
  }
}
