import { createInterface } from 'node:readline';
import { clean } from '../text/sanitize.ts';

/** Asks on the terminal, on stderr. Only a clear yes is one; Ctrl-C and the end of input are a no. */
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
