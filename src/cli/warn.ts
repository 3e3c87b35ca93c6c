import { clean } from '../text/sanitize.ts';

/** Tells people what is wrong, in one line on stderr, while the command goes on. */
export function warn(sentence: string): void {
  process.stderr.write(`workertop: ${clean(sentence)}\n`);
}
