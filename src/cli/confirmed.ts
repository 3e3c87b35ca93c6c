import { createInterface } from 'node:readline';
import { clean } from '../text/sanitize.ts';

/** Asks on the terminal, by stderr. Anything but a clear yes means no, including Ctrl-C and end of input. */
export function confirmed(question: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  return new Promise((resolve) => {
    terminal.once('close', () => resolve(false));
    terminal.question(`${clean(question)}\nGo on? [y/N] `, (answer) => {
      resolve(/^y(?:es)?$/i.test(answer.trim()));
      terminal.close();
    });
  });
}
