import { spawn } from 'node:child_process';
import { stripVTControlCharacters } from 'node:util';
import { maskArgv } from '../../text/mask-secrets.ts';
import type { Outcome } from '../outcome.ts';

/**
 * Seconds to wait for output after the program has ended: a process that it left behind may hold the pipes open for
 * ever.
 */
const LAST_WORDS = 0.5;

const MOST_OUTPUT = 4096;

/**
 * Runs a program without a shell.
 * @returns how it ended. Never rejects
 */
export function runProgram(
  program: string,
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>>,
): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const keep = (chunk: Buffer) => {
      output = (output + chunk.toString('utf8')).slice(-MOST_OUTPUT);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    const end = (outcome: Outcome) => {
      child.stdout.destroy();
      child.stderr.destroy();
      resolve(outcome);
    };
    child.on('error', (error) => end(`${program} could not be run: ${error.message}`));
    child.on('exit', (code, signal) => {
      const tell = () => end(code === 0 ? null : `${program} failed with ${signal ?? code}: ${lastWords(output)}`);
      child.on('close', tell);
      setTimeout(tell, LAST_WORDS * 1000).unref();
    });
  });
}

/** The last line of the output, which says what went wrong, without colours and passwords. */
function lastWords(output: string): string {
  const last = stripVTControlCharacters(output).trim().split('\n').at(-1) ?? '';
  return maskArgv(last.replace(/\p{Cc}/gu, ' ').split(' ')).join(' ');
}
