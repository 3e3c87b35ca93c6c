import { closeSync, constants, lstatSync, opendirSync, openSync, readSync } from 'node:fs';
import { matchesGlob } from '../../text/glob.ts';
import { type Answer, MOST_ENTRIES, type Question } from './files.ts';
import type { Place, Walker } from './walk.ts';

/** Characters of a line that are looked at: what a line of configuration says stands at its beginning. */
const LONGEST_LINE = 4096;

/** Answers at once, and waits for what does not answer: for a process that may be left behind. */
export function answer(question: Question, walker: Walker): Answer {
  try {
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
    }
  } catch (error) {
    return failure(error);
  }
}

/** What was looked at is what is opened: by its descriptor, never by its name again. */
function linesOf({ descriptor: place }: Place, { wanted, limit }: Question & { kind: 'lines' }): readonly string[] {
  const flags = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY;
  const descriptor = openSync(`/proc/self/fd/${place}`, flags);
  try {
    const buffer = Buffer.allocUnsafe(limit);
    const text = buffer.toString('utf8', 0, readSync(descriptor, buffer, 0, limit, 0));
    return text
      .split('\n')
      .map((line) => line.slice(0, LONGEST_LINE))
      .filter((line) => wanted.test(line));
  } finally {
    closeSync(descriptor);
  }
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
