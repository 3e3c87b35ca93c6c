import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { ProjectDirectory } from '../../snapshot.ts';

/** The strongest first: what a framework makes, then what tools make, then the checkout itself. */
const markers = [
  'manage.py',
  'pyproject.toml',
  'setup.cfg',
  'Pipfile',
  'requirements.txt',
  'Gemfile',
  'composer.json',
  'package.json',
  '.git',
];

/** Directories that hold many things: a marker there (a home under git) makes them nobody's project. */
const general = /^\/(?:home(?:\/[^/]+)?|root|srv|opt|tmp|usr(?:\/local)?|etc|var(?:\/(?:www|lib|tmp))?)?$/;

interface Marked {
  readonly path: string;
  readonly marker: string;
}

/**
 * The nearest directory, from this one upwards, that is marked as a project's.
 * @param root prepended to paths when they are looked at: where another mount namespace is seen
 */
export function findMarked(path: string, root: string): Marked | null {
  for (let directory = path; !general.test(directory); directory = dirname(directory)) {
    const marker = markers.find((name) => existsSync(`${root}${directory}/${name}`));
    if (marker !== undefined) return { path: directory, marker };
    if (directory === dirname(directory)) break;
  }
  return null;
}

/**
 * The directory that a process works for: what a flag of its command line names, else its working directory;
 * and from there up to the nearest marker. Null where neither is known.
 */
export function projectDirectory(
  argv: readonly string[],
  cwd: string | null,
  flags: readonly string[],
  marked: (path: string) => Marked | null,
): ProjectDirectory | null {
  const named = flagged(argv, flags);
  const base = cwd?.replace(/ \(deleted\)$/, '') ?? null;
  if (named !== null && (named.value.startsWith('/') || base !== null)) {
    // gunicorn's --pythonpath may be a list.
    const path = resolve(base ?? '/', named.value.split(',', 1)[0] ?? '');
    const found = marked(path);
    return { path: found?.path ?? path, marker: found?.marker ?? null, from: named.flag };
  }
  if (base === null) return null;
  const found = marked(base);
  return { path: found?.path ?? cwd ?? base, marker: found?.marker ?? null, from: 'cwd' };
}

function flagged(argv: readonly string[], flags: readonly string[]): { flag: string; value: string } | null {
  // The order of `flags` is the order of their strength.
  for (const flag of flags) {
    for (const [index, arg] of argv.entries()) {
      const value =
        arg === flag ? argv[index + 1] : arg.startsWith(`${flag}=`) ? arg.slice(flag.length + 1) : undefined;
      if (value) return { flag, value };
    }
  }
  return null;
}
