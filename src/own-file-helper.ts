import { createInterface } from 'node:readline';
import { answerRequest } from './own-files/answer.ts';
import type { FileRequest } from './own-files/own-files.ts';

// The process that reads and writes workertop's own files. A mount that does not answer blocks it; then workertop
// leaves it behind. It ends when its standard input does, that is, when workertop ends. It first finishes what it was
// asked.

/** Null if the line was cut off because workertop was killed. */
function requestOf(line: string): FileRequest | null {
  try {
    return JSON.parse(line) as FileRequest;
  } catch {
    return null;
  }
}

// Nobody reads the answers once workertop has ended.
process.stdout.on('error', () => {});
process.stdout.write('"ready"\n');
createInterface({ input: process.stdin }).on('line', (line) => {
  const request = requestOf(line);
  if (request !== null) process.stdout.write(`${JSON.stringify(answerRequest(request))}\n`);
});
