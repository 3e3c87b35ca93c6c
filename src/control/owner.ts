import { constants, statSync } from 'node:fs';
import type { ControlCommand } from '../servers/definition.ts';
import type { ProcessSample } from '../snapshot.ts';
import { readBytes, readText } from '../source/proc/files.ts';

/** As whom a server's command is run. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** Where a command is run, and what of. */
export interface Place {
  /** Absolute. */
  readonly program: string;
  readonly cwd: string;
  readonly environment: NodeJS.ProcessEnv;
}

const SYSTEM_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** How Node tells a child process of its channel: a command that is none would take it for its own. */
const ofParent = /^NODE_(?:CHANNEL_FD|CHANNEL_SERIALIZATION_MODE|UNIQUE_ID)$/;

/** The effective ids of a process, which are those that count for what it may do; null when it has ended. */
export function ownerOf(root: string, pid: number): Owner | null {
  const status = readText(`${root}/${pid}/status`) ?? '';
  const uid = /^Uid:\t\d+\t(\d+)/m.exec(status)?.[1];
  const gid = /^Gid:\t\d+\t(\d+)/m.exec(status)?.[1];
  return uid === undefined || gid === undefined ? null : { uid: Number(uid), gid: Number(gid) };
}

/** Where to run a server's command so that it is what the server itself would run; a sentence where that cannot be. */
export function placeOf(
  root: string,
  { pid, facts }: ProcessSample,
  owner: Owner,
  command: ControlCommand,
): Place | string {
  const { cwd } = facts;
  if (cwd === null) return `The directory of ${pid} is not known, and its command may need that.`;
  const process = `${root}/${pid}`;
  // A container's paths are others than ours: there is nothing of its own that could be run from here.
  if (!isSame(`${process}/root/`, '/')) return `${pid} is in a container: run it there: ${command.program}`;
  if (!isSame(`${process}/cwd/`, cwd)) return `The directory of ${pid} is not there any more: ${cwd}`;
  const environment = { ...environmentOf(process, owner, facts), ...command.environment };
  const path = absoluteEntries(environment['PATH'] ?? SYSTEM_PATH);
  const program = findProgram(command, path);
  if (program === null) return `${command.program} was not found, neither in the PATH of ${pid} nor beside it.`;
  if (!isSame(`${process}/root${program}`, program)) return `${program} is another file to ${pid} than it is here.`;
  return { program, cwd, environment: { ...environment, PATH: path.join(':') } };
}

/** Relative ones, and empty ones, would mean whatever lies in the directory where it is run. */
function absoluteEntries(path: string): readonly string[] {
  return path.split(':').filter((entry) => entry.startsWith('/'));
}

function findProgram({ program, places = [] }: ControlCommand, path: readonly string[]): string | null {
  if (program.startsWith('/')) return isProgram(program) ? program : null;
  if (program.includes('/')) return null;
  return [...path, ...places].map((folder) => `${folder}/${program}`).find(isProgram) ?? null;
}

function isProgram(path: string): boolean {
  try {
    const found = statSync(path);
    return found.isFile() && (found.mode & (constants.S_IXUSR | constants.S_IXGRP | constants.S_IXOTH)) !== 0;
  } catch {
    // Anything may be in a PATH, and what cannot be looked at cannot be run.
    return false;
  }
}

/** Whether two paths lead to one file. False where one of them may not be looked at, or is not there. */
function isSame(path: string, other: string): boolean {
  try {
    const [a, b] = [statSync(path), statSync(other)];
    return a.dev === b.dev && a.ino === b.ino;
  } catch {
    return false;
  }
}

/** The server's own, where its title has not overwritten it; else what a login would give, and what is known of it. */
function environmentOf(process: string, { uid }: Owner, facts: ProcessSample['facts']): NodeJS.ProcessEnv {
  const bytes = readBytes(`${process}/environ`);
  const text = typeof bytes === 'string' ? '' : bytes.toString('utf8');
  const pairs = text.split('\0').flatMap((pair): [string, string][] => {
    const equals = pair.indexOf('=');
    const name = pair.slice(0, Math.max(0, equals));
    return /^\w+$/.test(name) && !ofParent.test(name) ? [[name, pair.slice(equals + 1)]] : [];
  });
  if (pairs.length > 0) return Object.fromEntries(pairs);
  const entry = (readText('/etc/passwd', 1024 * 1024) ?? '')
    .split('\n')
    .find((line) => line.split(':')[2] === String(uid));
  const [user = String(uid), , , , , home = '/'] = entry?.split(':') ?? [];
  // One that is guessed may be anybody's.
  const virtualenv = facts.virtualenv?.evidence === 'guess' ? undefined : facts.virtualenv?.path;
  return {
    ...facts.environment,
    HOME: home,
    USER: user,
    LOGNAME: user,
    PATH: virtualenv === undefined ? SYSTEM_PATH : `${virtualenv}/bin:${SYSTEM_PATH}`,
    LANG: 'C.UTF-8',
    ...(virtualenv === undefined ? {} : { VIRTUAL_ENV: virtualenv }),
  };
}
