import { basename, dirname, resolve } from 'node:path';
import type { ProjectDirectory } from '../../snapshot.ts';
import type { FileView } from '../files/known-files.ts';
import { upwards } from './upwards.ts';

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
const generalNames = /^\/(?:home(?:\/[^/]+)?|root|srv|opt|tmp|usr(?:\/local)?|etc|var(?:\/(?:www|lib|tmp))?)?$/;

/** Besides those, where programs are started that have no directory of their own. */
const elsewhere = /^\/(?:usr|etc|run|proc)\//;

function isGeneral(path: string): boolean {
  return generalNames.test(path);
}

interface Marked {
  readonly path: string;
  readonly marker: string;
}

/** The nearest directory, from this one upwards, that is marked as a project's. */
export function findMarked(path: string, files: FileView): Marked | null {
  const ends = upwards(path);
  const general = ends.findIndex(isGeneral);
  const directories = general < 0 ? ends : ends.slice(0, general);
  // All are asked for at once: answers may come from far away.
  const found = directories.map((directory) => ({ path: directory, marker: files.names(directory, markers)?.[0] }));
  for (const { path, marker } of found) if (marker !== undefined) return { path, marker };
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
  files: FileView,
): ProjectDirectory | null {
  const marked = (path: string) => findMarked(path, files);
  const named = flagged(argv, flags);
  const base = cwd?.replace(/ \(deleted\)$/, '') ?? null;
  if (named !== null && (named.value.startsWith('/') || base !== null)) {
    // gunicorn's --pythonpath may be a list.
    const path = resolve(base ?? '/', named.value.split(',', 1)[0] ?? '');
    const found = marked(path);
    return { path: found?.path ?? path, marker: found?.marker ?? null, from: named.flag };
  }
  const found = base === null ? null : marked(base);
  if (found === null && (base === null || isGeneral(base) || elsewhere.test(base))) {
    if (gemfile?.startsWith('/')) return { path: dirname(gemfile), marker: basename(gemfile), from: 'BUNDLE_GEMFILE' };
    if (virtualenvOf !== null && !isGeneral(virtualenvOf)) {
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
