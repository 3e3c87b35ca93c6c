import { closeSync, constants, openSync, readdirSync, readSync } from 'node:fs';
import { dirname } from 'node:path';
import type { ControlCommand } from '../../servers/definition.ts';
import { baseName } from '../../text/base-name.ts';
import { type Found, followOwn, isSeenBy, Missing, Refused, type Trust } from './trust.ts';

const SYSTEM_PATH = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/** Most interpreters of interpreters, as in Linux (execve(2) says 4, Linux follows 5). */
const MOST_INTERPRETERS = 5;

/** Bytes of the first line that Linux reads (BINPRM_BUF_SIZE of binfmts.h). */
const FIRST_LINE = 256;

/** Bytes read of a pyvenv.cfg. */
const LARGEST_CONFIG = 16 * 1024;

/** Where a command is looked for, and whose it must be. */
export interface Grounds {
  readonly trust: Trust;
  /** Descriptor of workertop's root directory. */
  readonly root: number;
  /** Descriptor of the server's root directory. */
  readonly seenFrom: number;
  /** The PATH of the server's environment. */
  readonly path: string;
}

export interface Program {
  /** Absolute. */
  readonly path: string;
  /** The PATH for the program: directories that only root and the owner can change. */
  readonly searched: readonly string[];
}

/**
 * Finds the program of a command, and checks everything that runs with it: the interpreter in its first line, and that
 * interpreter's virtualenv.
 * @throws Refused if it does not exist, or if somebody else could change any of it
 */
export function findProgram({ program, places = [] }: ControlCommand, grounds: Grounds): Program {
  const entries = [...grounds.path.split(':'), ...places, ...SYSTEM_PATH].filter((entry) => entry.startsWith('/'));
  const searched: string[] = [];
  let doubt: string | null = null;
  for (const entry of new Set(entries)) {
    try {
      if (ownDirectory(entry, grounds)) searched.push(entry);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (!(error instanceof Missing)) doubt ??= error.message;
    }
  }
  const path = program.startsWith('/') ? program : search(program, searched, grounds);
  if (path === null) {
    const left = doubt === null ? '' : ` Not searched: ${doubt}`;
    throw new Refused(`${program} was not found in the PATH of its server or beside it.${left}`);
  }
  checkProgram(path, searched, grounds, 0);
  return { path, searched };
}

function ownDirectory(path: string, { trust, root }: Grounds): boolean {
  return followOwn(path, trust, { root }).stats.isDirectory();
}

function search(name: string, searched: readonly string[], { trust, root }: Grounds): string | null {
  if (name.includes('/')) return null;
  for (const entry of searched) {
    const path = `${entry}/${name}`;
    try {
      if (isProgram(followOwn(path, trust, { root }))) return path;
    } catch (error) {
      // A shell would run the first one that exists, wherever it leads.
      if (!(error instanceof Missing)) throw error;
    }
  }
  return null;
}

function isProgram({ stats }: Found): boolean {
  return stats.isFile() && (stats.mode & (constants.S_IXUSR | constants.S_IXGRP | constants.S_IXOTH)) !== 0;
}

function checkProgram(path: string, searched: readonly string[], grounds: Grounds, depth: number): void {
  const found = followOwn(path, grounds.trust, { root: grounds.root });
  if (!isProgram(found)) throw new Refused(`${path} is not a program.`);
  checkSeen(path, found, grounds);
  checkVirtualenv(dirname(dirname(path)), grounds);
  const interpreter = interpreterOf(found, searched, grounds);
  if (interpreter === null) return;
  if (depth >= MOST_INTERPRETERS) throw new Refused(`${path} has too many interpreters.`);
  checkProgram(interpreter, searched, grounds, depth + 1);
}

/** The interpreter in the first line of a script. `#!/usr/bin/env python3` runs the python3 that env finds. */
function interpreterOf(found: Found, searched: readonly string[], grounds: Grounds): string | null {
  const [, path, words = ''] = /^#![ \t]*([^ \t\n]+)([^\n]*)/.exec(readStart(found, FIRST_LINE)) ?? [];
  if (path === undefined) return null;
  if (baseName(path) !== 'env') return path;
  const named = words
    .replace(/(^|[ \t])-S/, '$1')
    .split(/[ \t]+/)
    .find((word) => word !== '' && !word.startsWith('-') && !word.includes('='));
  if (named === undefined)
    throw new Refused(`${found.path} names an interpreter that workertop does not understand: env${words}.`);
  if (named.startsWith('/')) return named;
  const program = search(named, searched, grounds);
  if (program === null) throw new Refused(`${named}, the interpreter of ${found.path}, was not found.`);
  // env itself is run too.
  checkProgram(path, searched, grounds, MOST_INTERPRETERS);
  return program;
}

/**
 * Checks the directories that a Python in PREFIX/bin loads modules from, if PREFIX is a virtualenv (site.py of Python).
 * The modules themselves are not checked one by one.
 */
function checkVirtualenv(prefix: string, grounds: Grounds): void {
  const config = present(`${prefix}/pyvenv.cfg`, grounds);
  if (config === null) return;
  const home = /^[ \t]*home[ \t]*=[ \t]*(\/.*)/m.exec(readStart(config, LARGEST_CONFIG))?.[1]?.trimEnd();
  if (home !== undefined) checkDirectory(home, grounds);
  for (const lib of ['lib', 'lib64']) {
    const libraries = present(`${prefix}/${lib}`, grounds);
    if (libraries === null) continue;
    for (const name of readdirSync(`/proc/self/fd/${libraries.descriptor}`)) {
      if (/^(?:python|pypy)[\d.]+$/.test(name)) present(`${prefix}/${lib}/${name}/site-packages`, grounds);
    }
  }
}

function present(path: string, { trust, root }: Grounds): Found | null {
  try {
    return followOwn(path, trust, { root });
  } catch (error) {
    if (error instanceof Missing) return null;
    throw error;
  }
}

/**
 * Checks a directory that code is loaded from.
 * @throws Refused if somebody else can change it
 */
export function checkDirectory(path: string, grounds: Grounds): Found {
  const found = followOwn(path, grounds.trust, { root: grounds.root });
  if (!found.stats.isDirectory()) throw new Refused(`${path} is not a directory.`);
  checkSeen(path, found, grounds);
  return found;
}

function checkSeen(path: string, found: Found, { seenFrom }: Grounds): void {
  if (!isSeenBy(seenFrom, found)) throw new Refused(`Its server sees another file at ${path}.`);
}

/** The beginning of a regular file. Empty if the owner may run it but not read it. */
function readStart({ descriptor: found, path, stats }: Found, limit: number): string {
  if (!stats.isFile()) throw new Refused(`${path} is not a file.`);
  let descriptor: number;
  try {
    descriptor = openSync(`/proc/self/fd/${found}`, constants.O_RDONLY);
  } catch {
    return '';
  }
  try {
    const buffer = Buffer.alloc(limit);
    return buffer.toString('utf8', 0, readSync(descriptor, buffer, 0, limit, 0));
  } finally {
    closeSync(descriptor);
  }
}
