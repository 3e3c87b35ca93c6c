#!/usr/bin/env node
import { setFlagsFromString } from 'node:v8';
import { parseCommandLine } from './cli/command-line.ts';
import { Refusal } from './cli/refusal.ts';
import { run } from './cli/run.ts';
import { UsageError } from './cli/usage-error.ts';
import { fileProblem } from './text/errno.ts';
import { clean } from './text/sanitize.ts';

const FAILED = 1;
const WRONG_USAGE = 2;

/** Seconds until a terminal that takes nothing is given up at the end. */
const GIVE_UP = 1;

// A reading every two seconds never earns back what V8's optimising compiler costs: without it a dashboard takes a third less CPU and
// 7 MB less memory, at 100 processes as at 1,000.
setFlagsFromString('--no-opt');

// The reader of a pipe may have had enough: `workertop list | head`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  // A terminal that has gone away is the dashboard's matter.
  if (!process.stdout.isTTY) process.exit(complain(new Error(`stdout: ${fileProblem(error)}`), FAILED));
});

async function main(argv: readonly string[]): Promise<number> {
  const { text, code } = await run(parseCommandLine(argv));
  process.stdout.write(text);
  return code;
}

/** One line, whatever happened. */
function complain(error: unknown, code: number): number {
  const text = error instanceof Error ? error.message : String(error);
  process.stderr.write(`workertop: ${clean(text.replace(/\s+/g, ' ').trim())}\n`);
  return code;
}

function fail(error: unknown): number {
  if (error instanceof Refusal) return complain(error, error.code);
  return complain(error, error instanceof UsageError ? WRONG_USAGE : FAILED);
}

// What is thrown where nobody waits for it, in a timer or for a key: the screen gives its terminal back as we exit.
process.on('uncaughtException', (error) => {
  process.once('exit', () => fail(error));
  process.exit(FAILED);
});

function finish(code: number): void {
  // stdin and its terminal would keep us here. What was written is waited for, but not for a terminal that is not read.
  process.stdout.write('', (error) => {
    // The `error` listener above reports it.
    if (!error || process.stdout.isTTY) process.exit(code);
  });
  if (process.stdout.isTTY) setTimeout(() => process.exit(code), GIVE_UP * 1000);
}

void main(process.argv.slice(2)).catch(fail).then(finish);
