import { existsSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
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

/** Besides those, where programs are started that have no directory of their own. */
const elsewhere = /^\/(?:usr|etc|run|proc)\//;

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

/** What tells a process's project. */
export interface ProjectTraces {
  readonly argv: readonly string[];
  readonly cwd: string | null;
  /** Flags of command lines that name such a directory. */
  readonly flags: readonly string[];
  /** bundler's `BUNDLE_GEMFILE`. */
  readonly gemfile: string | undefined;
  /** The directory that its virtualenv was made for. */
  readonly virtualenvOf: string | null;
}

/**
 * The directory that a process works for: what a flag of its command line names, else its working directory;
 * and from there up to the nearest marker. Where that is no place for a project, as after daemonising: its Gemfile's, or its
 * virtualenv's. Null where nothing is known.
 */
export function projectDirectory(
  { argv, cwd, flags, gemfile, virtualenvOf }: ProjectTraces,
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
  const found = base === null ? null : marked(base);
  if (found === null && (base === null || general.test(base) || elsewhere.test(base))) {
    if (gemfile?.startsWith('/')) return { path: dirname(gemfile), marker: basename(gemfile), from: 'BUNDLE_GEMFILE' };
    if (virtualenvOf !== null && !general.test(virtualenvOf)) {
      const home = marked(virtualenvOf);
      return { path: home?.path ?? virtualenvOf, marker: home?.marker ?? null, from: 'virtualenv' };
    }
  }
  if (base === null) return null;
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
