import { spawn } from 'node:child_process';
import { closeSync, constants, fstatSync, openSync, writeSync } from 'node:fs';
import { hostname } from 'node:os';
import { maskArgv } from '../model/mask.ts';
import type { ControlCommand } from '../servers/definition.ts';
import type { ProcessSample } from '../snapshot.ts';
import { readBytes, readText } from '../source/proc/files.ts';
import type { Outcome } from './signals.ts';

/** Seconds until a command is given up. A celery with a large app takes some to start. */
const LONGEST = 30;

const MOST_OUTPUT = 4096;

function named(args: readonly string[]): readonly string[] {
  return args.map((arg) => arg.replaceAll('%h', hostname()));
}

interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/**
 * Runs a server's own command as the server's owner, in its directory and with its environment, which are read at this moment and not kept.
 * A program of a project is never run as root for a project of another user.
 */
export async function runAsOwner(
  root: string,
  { pid, facts }: ProcessSample,
  command: ControlCommand,
): Promise<Outcome> {
  const owner = ownerOf(root, pid);
  if (owner === null) return `${pid} has ended.`;
  const own = process.geteuid?.() ?? -1;
  if (own !== 0 && own !== owner.uid) {
    return `${command.program} would have to be run as ${facts.user ?? owner.uid}, whose server it is. Use sudo.`;
  }
  const environment = environmentOf(root, pid, owner, facts);
  const { cwd } = facts;
  if (cwd === null) return `The directory of ${pid} is not known, and its command may need that.`;
  return run(command, cwd, environment, own === 0 ? owner : null);
}

function ownerOf(root: string, pid: number): Owner | null {
  const status = readText(`${root}/${pid}/status`) ?? '';
  const uid = /^Uid:\t\d+\t(\d+)/m.exec(status)?.[1];
  const gid = /^Gid:\t\d+\t(\d+)/m.exec(status)?.[1];
  return uid === undefined || gid === undefined ? null : { uid: Number(uid), gid: Number(gid) };
}

/** The server's own, where its title has not overwritten it; else what a login would give, and what is known of it. */
function environmentOf(root: string, pid: number, { uid }: Owner, facts: ProcessSample['facts']): NodeJS.ProcessEnv {
  const bytes = readBytes(`${root}/${pid}/environ`);
  const text = typeof bytes === 'string' ? '' : bytes.toString('utf8');
  const pairs = text.split('\0').flatMap((pair): [string, string][] => {
    const equals = pair.indexOf('=');
    return equals > 0 && /^\w+$/.test(pair.slice(0, equals)) ? [[pair.slice(0, equals), pair.slice(equals + 1)]] : [];
  });
  if (pairs.length > 0) return Object.fromEntries(pairs);
  const entry = (readText('/etc/passwd', 1024 * 1024) ?? '')
    .split('\n')
    .find((line) => line.split(':')[2] === String(uid));
  const [user = String(uid), , , , , home = '/'] = entry?.split(':') ?? [];
  const path = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
  const virtualenv = facts.virtualenv?.path;
  return {
    ...facts.environment,
    HOME: home,
    USER: user,
    LOGNAME: user,
    PATH: virtualenv === undefined ? path : `${virtualenv}/bin:${path}`,
    LANG: 'C.UTF-8',
    ...(virtualenv === undefined ? {} : { VIRTUAL_ENV: virtualenv }),
  };
}

function run(command: ControlCommand, cwd: string, env: NodeJS.ProcessEnv, owner: Owner | null): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = spawn(command.program, named(command.args), {
      cwd,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      // Its own group, so that a Ctrl-C here does not end it half-way; a limit to its time.
      detached: true,
      timeout: LONGEST * 1000,
      killSignal: 'SIGKILL',
      ...(owner ?? {}),
    });
    let output = '';
    const keep = (chunk: Buffer) => {
      output = (output + chunk.toString('utf8')).slice(-MOST_OUTPUT);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', (error) => resolve(`${command.program} could not be run: ${error.message}`));
    child.on('close', (code, signal) => {
      if (code === 0) return resolve(null);
      if (signal !== null) return resolve(`${command.program} did not end within ${LONGEST} s and was stopped.`);
      const said = output.trim().split('\n').at(-1) ?? '';
      resolve(`${command.program} failed with ${code}: ${maskArgv([said]).join(' ')}`);
    });
  });
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
