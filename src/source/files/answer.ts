import { closeSync, constants, fstatSync, lstatSync, opendirSync, openSync, readSync } from 'node:fs';
import { matchesGlob } from '../../text/glob.ts';
import { type Answer, type Continued, MOST_ENTRIES, type Question } from './files.ts';
import { newestBelow } from './newest.ts';
import type { Place, Walker } from './walk.ts';

/** Characters of a line that are matched: a configuration line says what matters at its beginning. */
const LONGEST_LINE = 4096;

/** Bytes: some hundred descriptors. */
const LONGEST_EPOLL = 16 * 1024;

/** Answers a question synchronously, and blocks if the file system does: only for a process that may be left behind. */
export function answer(question: Question, walker: Walker): Answer {
  try {
    if (question.kind === 'epoll') return { status: 'value', value: epollTargets(question.path) };
    const place = walker.find(question.path);
    if ('status' in place) return place;
    switch (question.kind) {
      case 'lines':
        return place.file ? { status: 'value', value: linesOf(place, question) } : { status: 'absent' };
      case 'names':
        if (!place.directory) return { status: 'absent' };
        return { status: 'value', value: question.names.filter((name) => isIn(place, name, walker)) };
      case 'entries':
        return place.directory ? { status: 'value', value: entriesOf(place, question.glob) } : { status: 'absent' };
      case 'place':
        return { status: 'value', value: [place.path, identityOf(place)] };
      case 'newest':
        return place.directory ? newestBelow(place, question.wanted, walker) : { status: 'absent' };
      case 'json':
        return place.file ? textsOf(place, question) : { status: 'absent' };
    }
  } catch (error) {
    return failure(error);
  }
}

/** The path is workertop's own, and its file the kernel's. */
function epollTargets(path: string): readonly string[] {
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const buffer = Buffer.allocUnsafe(LONGEST_EPOLL);
    const text = buffer.toString('latin1', 0, readSync(descriptor, buffer, 0, LONGEST_EPOLL, null));
    return [...text.matchAll(/^tfd: *(\d+)/gm)].map(([, target = '']) => target);
  } finally {
    closeSync(descriptor);
  }
}

function linesOf(place: Place, { wanted, limit, continued }: Question & { kind: 'lines' }): readonly string[] {
  return joined(startOf(place, limit), continued)
    .split('\n')
    .map((line) => line.slice(0, LONGEST_LINE))
    .filter((line) => wanted.test(line));
}

function joined(text: string, continued: Continued | undefined): string {
  if (continued === undefined) return text;
  return continued === 'backslash' ? text.replaceAll('\\\n', ' ') : text.replace(/\n(?=[ \t]+[^\s[])/g, ' ');
}

/** Opens the file by the descriptor that was checked, never by its name again. */
function startOf({ descriptor: place }: Place, limit: number): string {
  const flags = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY;
  const descriptor = openSync(`/proc/self/fd/${place}`, flags);
  try {
    const buffer = Buffer.allocUnsafe(limit);
    return buffer.toString('utf8', 0, readSync(descriptor, buffer, 0, limit, 0));
  } finally {
    closeSync(descriptor);
  }
}

function identityOf({ descriptor }: Place): string {
  const { dev, ino } = fstatSync(descriptor, { bigint: true });
  return `${dev}:${ino}`;
}

/** A file that is cut off at its limit is no JSON. */
function textsOf(place: Place, { members, limit }: Question & { kind: 'json' }): Answer {
  const value = parsed(startOf(place, limit));
  if (value === undefined) return { status: 'absent' };
  return { status: 'value', value: members.map((names) => textAt(value, names)) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function textAt(value: unknown, names: readonly string[]): string {
  let at = value;
  for (const name of names) {
    if (Array.isArray(at))
      at = at.find((element: unknown) => memberOf(element, 'id') === name.replace(/^id=/, '')) ?? at[Number(name)];
    else at = memberOf(at, name);
  }
  return typeof at === 'string' ? at.slice(0, LONGEST_LINE) : '';
}

function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.getOwnPropertyDescriptor(value, name)?.value;
}

function isIn({ descriptor, path }: Place, name: string, walker: Walker): boolean {
  if (walker.isMount(`${path === '/' ? '' : path}/${name}`)) return true;
  return lstatSync(`/proc/self/fd/${descriptor}/${name}`, { throwIfNoEntry: false }) !== undefined;
}

function entriesOf({ descriptor }: Place, glob: string): readonly string[] {
  const names: string[] = [];
  const directory = opendirSync(`/proc/self/fd/${descriptor}`, { bufferSize: 256 });
  try {
    for (let count = 0; count < MOST_ENTRIES; count++) {
      const entry = directory.readSync();
      if (entry === null) break;
      if (matchesGlob(entry.name, glob, '*?')) names.push(entry.name);
    }
  } finally {
    directory.closeSync();
  }
  return names;
}

function failure(error: unknown): Answer {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
    case 'ELOOP':
    case 'ENAMETOOLONG':
    case 'EINVAL':
    case 'ERR_INVALID_ARG_VALUE':
      return { status: 'absent' };
    case 'EACCES':
    case 'EPERM':
      return { status: 'denied' };
    default:
      return { status: 'unknown', mount: null };
  }
}
