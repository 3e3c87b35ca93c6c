import { clean } from '../text/sanitize.ts';

/** Writes a warning to stderr, in one line. The command continues. */
export function warn(sentence: string): void {
  process.stderr.write(`workertop: ${clean(sentence)}\n`);
}
