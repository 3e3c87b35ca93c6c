import type { Operation } from '../state/operation.ts';
import { clean } from '../text/sanitize.ts';

/** Prints the operations that were cut off. Nobody reads it if the terminal has gone away. */
export function tellCutOff(operations: readonly Operation[]): void {
  for (const { text } of operations) process.stderr.write(`workertop: ${clean(text)}\n`, () => {});
}
