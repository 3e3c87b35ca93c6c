import { parseCommandLine } from './cli/command-line.ts';
import { Refusal } from './cli/refusal.ts';
import { run } from './cli/run.ts';
import { UsageError } from './cli/usage-error.ts';
import { fileProblem } from './text/errno.ts';
import { clean } from './text/sanitize.ts';

const FAILED = 1;
const WRONG_USAGE = 2;

/** At the end, workertop waits this many seconds for a terminal that reads nothing. */
const GIVE_UP = 1;

/** Seconds until V8 stops optimising: loading its module at once would delay the first list. */
const OPTIMISED = 1;

// At one reading every two seconds, V8's optimising compiler costs more than it saves. Without it a dashboard takes a
// third less CPU and 7 MB less memory, with 100 processes and with 1,000.
setTimeout(async () => (await import('node:v8')).setFlagsFromString('--no-opt'), OPTIMISED * 1000).unref();

// Node prints its warnings, such as of an old call in a library, on the terminal that the dashboard draws on.
process.removeAllListeners('warning');

// The reader of a pipe may stop early: `workertop list | head`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  // The dashboard itself handles a terminal that has gone away.
  if (!process.stdout.isTTY) process.exit(complain(new Error(`stdout: ${fileProblem(error)}`), FAILED));
});

async function main(argv: readonly string[]): Promise<number> {
  const { text, code } = await run(parseCommandLine(argv));
  process.stdout.write(text);
  return code;
}

/**
 * Prints one line about an error.
 * @returns the exit code
 */
function complain(error: unknown, code: number): number {
  const text = error instanceof Error ? error.message : String(error);
  process.stderr.write(`workertop: ${clean(text.replace(/\s+/g, ' ').trim())}\n`);
  return code;
}

function fail(error: unknown): number {
  if (error instanceof Refusal) return complain(error, error.code);
  return complain(error, error instanceof UsageError ? WRONG_USAGE : FAILED);
}

// Errors thrown in timers and key handlers arrive here. The screen restores its terminal as the process exits.
process.on('uncaughtException', (error) => {
  process.once('exit', () => fail(error));
  process.exit(FAILED);
});

function finish(code: number): void {
  // stdin and its terminal would keep the process alive. Wait for pending output, but not for a terminal that reads
  // nothing.
  process.stdout.write('', (error) => {
    // The `error` listener above reports it.
    if (!error || process.stdout.isTTY) process.exit(code);
  });
  if (process.stdout.isTTY) setTimeout(() => process.exit(code), GIVE_UP * 1000);
}

void main(process.argv.slice(2)).catch(fail).then(finish);
