import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, constants, fstatSync, openSync, writeSync } from 'node:fs';
import { hostname } from 'node:os';
import { stripVTControlCharacters } from 'node:util';
import type { ControlCommand } from '../servers/definition.ts';
import type { ProcessSample } from '../snapshot.ts';
import { maskArgv } from '../text/mask-secrets.ts';
import type { Outcome } from './outcome.ts';
import { type Owner, ownerOf, type Place, placeOf } from './owner.ts';

/** Seconds until a command is given up. A celery with a large app takes some to start. */
const LONGEST = 30;

/** Seconds for which output is waited for once it has ended: what it has left behind may hold on to its pipes for ever. */
const LAST_WORDS = 0.5;

const MOST_OUTPUT = 4096;

/**
 * Runs a server's own command as the server's owner, in its directory and with its environment, which are read at this moment and not kept.
 * A program of a project is never run as root for a project of another user. It gets the owner's user and group alone:
 * Node gives up all other groups with them.
 */
export async function runAsOwner(root: string, head: ProcessSample, command: ControlCommand): Promise<Outcome> {
  const { pid, facts } = head;
  const owner = ownerOf(root, pid);
  if (owner === null) return `${pid} has ended.`;
  const own = process.geteuid?.() ?? -1;
  if (own !== 0 && own !== owner.uid) {
    return `${command.program} would have to be run as ${facts.user ?? owner.uid}, whose server it is. Use sudo.`;
  }
  const place = placeOf(root, head, owner, command);
  if (typeof place === 'string') return place;
  const args = command.args.map((arg) => arg.replaceAll('%h', hostname()));
  try {
    return await run(place, args, own === 0 ? owner : null);
  } catch (error) {
    // Names of apps are anybody's: one with a NUL in it is no argument, which Node says by throwing.
    return `${command.program} could not be run: ${error instanceof Error ? error.message : error}`;
  }
}

function run(
  { program, cwd, environment: env }: Place,
  args: readonly string[],
  owner: Owner | null,
): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      // Its own group, so that a Ctrl-C here does not end it half-way.
      detached: true,
      ...(owner ?? {}),
    });
    let output = '';
    const keep = (chunk: Buffer) => {
      output = (output + chunk.toString('utf8')).slice(-MOST_OUTPUT);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    const limit = setTimeout(() => {
      killGroup(child);
      end(`${program} did not end within ${LONGEST} s and was stopped.`);
    }, LONGEST * 1000);
    const end = (outcome: Outcome) => {
      clearTimeout(limit);
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

/** With what it has started, as long as that has not left its group. */
function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended in this moment.
  }
}

/** What an error is about stands in its last line; such output may have colours, and passwords. */
function lastWords(output: string): string {
  const last = stripVTControlCharacters(output).trim().split('\n').at(-1) ?? '';
  return maskArgv(last.replace(/\p{Cc}/gu, ' ').split(' ')).join(' ');
}

/** Writes to a FIFO that somebody reads; never waits, and never makes a file. */
export function writeFifo(path: string | null, text: string): Outcome {
  if (path === null) return 'Its FIFO is not known.';
  let descriptor: number;
  try {
    descriptor = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null;
    if (code === 'ENXIO') return `Nobody reads ${path}: its master has ended.`;
    if (code === 'EACCES' || code === 'EPERM') return `You may not write to ${path}. Use sudo.`;
    return `${path} cannot be written to: ${code}`;
  }
  try {
    if (!fstatSync(descriptor).isFIFO()) return `${path} is no FIFO: nothing was written.`;
    writeSync(descriptor, text);
    return null;
  } finally {
    closeSync(descriptor);
  }
}
