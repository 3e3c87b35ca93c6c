import { dirname, join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { CODE_FILE, codeToKeep } from '../code-cache.ts';
import { startHelperProcess } from '../helper-process.ts';
import { programBeside } from './beside.ts';

/** Keeps what V8 has compiled for the next start, if it is not there yet. */
export function keepCode(): void {
  // The code is only taken by a V8 with the flags that it was made with: those of a start (cli.ts).
  setFlagsFromString('--opt');
  const code = codeToKeep();
  setFlagsFromString('--no-opt');
  if (code === null) return;
  const helper = programBeside('code-helper');
  const child = startHelperProcess([helper, join(dirname(helper), CODE_FILE), String(code.length)]);
  child.on('error', () => {});
  child.stdin.on('error', () => {});
  child.stdout.destroy();
  child.unref();
  child.stdin.end(code);
}
