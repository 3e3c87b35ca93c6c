import { basename, dirname, resolve } from 'node:path';
import type { ProjectDirectory } from '../../snapshot.ts';
import { isGeneralDirectory } from '../../text/general-directories.ts';
import type { FileView } from '../files/known-files.ts';
import { upwards } from './upwards.ts';
import { inspectVirtualenv } from './virtualenv.ts';

/** Strongest first: files that a framework makes, then those of tools, then the checkout itself. */
const markers = [
  'manage.py',
  'pyproject.toml',
  'setup.cfg',
  'setup.py',
  'Pipfile',
  'requirements.txt',
  'passenger_wsgi.py',
  'Gemfile',
  'composer.json',
  'package.json',
  'deno.json',
  'mix.exs',
  'go.mod',
  'Cargo.toml',
  'pom.xml',
  'build.gradle',
  'build.sbt',
  'shard.yml',
  'cpanfile',
  '.git',
];

/** Directories of installed programs and of the system: a project lies elsewhere. */
const installed = /^\/(?:usr(?!\/src\/[^/])|etc|run|proc|s?bin|lib(?:64)?|nix|snap)(?:\/|$)/;

interface Marked {
  readonly path: string;
  readonly marker: string;
}

/**
 * The nearest directory with a project's marker, from this one upwards. A hidden directory holds what was built, with
 * markers of its own: `/srv/site/.next/standalone` is a part of `/srv/site`.
 */
export function findMarked(path: string, files: FileView): Marked | null {
  const [visible = ''] = path.split('/.', 1);
  const nearest = nearestMarked(path, files);
  return visible === '' || visible === path ? nearest : (nearestMarked(visible, files) ?? nearest);
}

function nearestMarked(path: string, files: FileView): Marked | null {
  const ancestors = upwards(path);
  const general = ancestors.findIndex(isGeneralDirectory);
  const directories = general < 0 ? ancestors : ancestors.slice(0, general);
  // Ask for all at once: an answer may take long.
  const candidates = directories.map((directory) => ({
    path: directory,
    marker: files.names(directory, markers)?.[0],
  }));
  for (const { path, marker } of candidates) if (marker !== undefined) return { path, marker };
  return null;
}

/** Evidence of a process's project. */
export interface ProjectTraces {
  readonly argv: readonly string[];
  readonly cwd: string | null;
  /** Command-line flags that name the project's directory. */
  readonly flags: readonly string[];
  /** bundler's `BUNDLE_GEMFILE`. */
  readonly gemfile: string | undefined;
  /** The directory that its virtualenv was made for. */
  readonly virtualenvOf: string | null;
  /** The directory of the code that it runs. */
  readonly code: string | null;
}

/**
 * The project directory of a process: the directory named by a flag, else its working directory, and from there up to
 * the nearest marker. If that cannot be a project, as after daemonising, the directory of its Gemfile, its code or its
 * virtualenv. Null if unknown.
 */
export function projectDirectory(traces: ProjectTraces, files: FileView): ProjectDirectory | null {
  const { argv, cwd, flags, gemfile } = traces;
  const byFlag = flagged(argv, flags);
  const base = cwd?.replace(/ \(deleted\)$/, '') ?? null;
  // gunicorn's --pythonpath may be a list.
  if (byFlag !== null && (byFlag.value.startsWith('/') || base !== null)) {
    return ofFlag(byFlag.flag, resolve(base ?? '/', byFlag.value.split(',', 1)[0] ?? ''), files);
  }
  const marked = base === null ? null : findMarked(base, files);
  if (marked !== null) return { ...marked, from: 'cwd' };
  const isNowhere = base === null || isGeneralDirectory(base) || installed.test(base);
  if (isNowhere && gemfile?.startsWith('/')) {
    return { path: dirname(gemfile), marker: basename(gemfile), from: 'BUNDLE_GEMFILE' };
  }
  const code = ofCode(traces.code, files);
  if (code !== null && code.marker !== null) return code;
  const fromVirtualenv = isNowhere ? ofVirtualenv(traces.virtualenvOf, files) : null;
  if (fromVirtualenv !== null) return fromVirtualenv;
  if (isNowhere && code !== null) return code;
  return cwd === null || base === null ? null : { path: cwd, marker: null, from: 'cwd' };
}

/** The kernel reports working directories with links resolved: resolve the flag's value too. */
function ofFlag(flag: string, path: string, files: FileView): ProjectDirectory {
  const real = files.place(path)?.path ?? path;
  const marked = findMarked(real, files);
  const directory = { path: marked?.path ?? real, marker: marked?.marker ?? null, from: flag };
  return real === path || directory.path !== real ? directory : { ...directory, link: path };
}

/** A hidden directory holds tools, caches, or what was built: `/srv/site/.output/server` is a part of `/srv/site`. */
function ofCode(path: string | null, files: FileView): ProjectDirectory | null {
  const [code = ''] = path?.split('/.', 1) ?? [];
  if (code === '' || isGeneralDirectory(code)) return null;
  const marked = findMarked(code, files);
  if (marked !== null) return { ...marked, from: 'program' };
  if (installed.test(code) || inspectVirtualenv(code, files) !== null) return null;
  return { path: code, marker: null, from: 'program' };
}

function ofVirtualenv(path: string | null, files: FileView): ProjectDirectory | null {
  if (path === null || isGeneralDirectory(path)) return null;
  const home = findMarked(path, files);
  return { path: home?.path ?? path, marker: home?.marker ?? null, from: 'virtualenv' };
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
