import { basename, dirname, resolve } from 'node:path';
import type { Virtualenv, VirtualenvEvidence } from '../../snapshot.ts';
import { readRegular } from './files.ts';

/** What tells a process's virtualenv. */
export interface Traces {
  readonly argv: readonly string[];
  readonly cwd: string | null;
  readonly exe: string | null;
  /** `VIRTUAL_ENV`, `CONDA_PREFIX`, `PATH` and `PWD` among them. */
  readonly environment: Readonly<Record<string, string>>;
  /** Prefixes of the site-packages that are mapped into it; asked for only where nothing else tells. */
  mapped(): ReadonlySet<string>;
  exists(path: string): boolean;
}

export interface Inspected {
  readonly python: string | null;
  readonly systemPackages: boolean;
  /** The directory that pipenv made it for, which it keeps in the file `.project`. */
  readonly project: string | null;
}

/** A directory as a virtualenv; null when it is none. */
export type Inspect = (path: string) => Inspected | null;

/** PEP 405: a virtualenv is where `pyvenv.cfg` is; conda's environments have `conda-meta`. */
export function inspectVirtualenv(path: string, root: string): Inspected | null {
  const config = readRegular(`${root}${path}/pyvenv.cfg`);
  if (config !== null) {
    return {
      python: /^version(?:_info)?\s*=\s*(\d+\.\d+(?:\.\d+)?)/m.exec(config)?.[1] ?? null,
      systemPackages: /^include-system-site-packages\s*=\s*true/im.test(config),
      project: /^(\/.+?)\s*$/m.exec(readRegular(`${root}${path}/.project`, 4096) ?? '')?.[1] ?? null,
    };
  }
  const conda = readRegular(`${root}${path}/conda-meta/history`, 64);
  return conda === null ? null : { python: null, systemPackages: false, project: null };
}

/**
 * The virtualenv a process runs in. A program started by its path in one virtualenv runs in that one, even if its
 * shell has another activated.
 */
export function findVirtualenv(traces: Traces, inspect: Inspect): Virtualenv | null {
  const { environment } = traces;
  const activated = environment['VIRTUAL_ENV'] || environment['CONDA_PREFIX'];
  const started = startedFrom(traces, inspect);
  const own = started === null ? ownOf(traces, inspect) : null;
  const certain = started ?? own;
  if (activated?.startsWith('/') && (certain === null || certain === activated)) {
    return virtualenv(activated, 'environ', inspect);
  }
  if (certain !== null) return virtualenv(certain, started === null ? 'exe' : 'argv', inspect);
  if (!isPython(traces)) return null;
  const found = onPath(traces, inspect);
  if (found !== null) return virtualenv(found, 'environ', inspect);
  for (const prefix of traces.mapped()) if (inspect(prefix)) return virtualenv(prefix, 'maps', inspect);
  const { cwd } = traces;
  // A title hides what it was started from, and then a guess is all there is.
  for (const name of cwd === null ? [] : ['.venv', 'venv']) {
    const path = `${cwd}/${name}`;
    if (inspect(path)) return virtualenv(path, 'guess', inspect);
  }
  return null;
}

/** Of the interpreter and of the script: `VENV/bin/python VENV/bin/gunicorn …`. */
function startedFrom(traces: Traces, inspect: Inspect): string | null {
  for (const word of traces.argv.slice(0, 2)) {
    if (word.includes(' ') || !/(?:^|\/)bin\//.test(word)) continue;
    const bases = word.startsWith('/') ? ['/'] : startDirectories(traces);
    const path = bases.map((base) => dirname(dirname(resolve(base, word)))).find((one) => inspect(one) !== null);
    if (path !== undefined) return path;
  }
  return null;
}

/** Where it may have been started: its directory, or where --chdir and the like have led away from, into some part of it. */
function startDirectories({ cwd, environment }: Traces): readonly string[] {
  const found = [cwd, environment['PWD'] ?? null].filter((path) => path?.startsWith('/'));
  for (let path = cwd; path?.startsWith('/') && path !== '/'; path = dirname(path)) found.push(dirname(path));
  return found.flatMap((path) => path ?? []);
}

/** A virtualenv made with --copies, and each of conda's, has an interpreter of its own. */
function ownOf({ exe }: Traces, inspect: Inspect): string | null {
  const path = dirname(dirname(exe ?? '/'));
  return path !== '/' && inspect(path) ? path : null;
}

/** `python3 …` without a path is the first on the PATH, as after `activate` or in a unit that sets PATH alone. */
function onPath({ argv, environment, exists }: Traces, inspect: Inspect): string | null {
  const [name = ''] = argv;
  if (!/^(?:python|pypy)[\d.]*$/.test(name)) return null;
  for (const directory of (environment['PATH'] ?? '').split(':')) {
    if (!directory.startsWith('/') || !exists(`${directory}/${name}`)) continue;
    const path = dirname(directory);
    return inspect(path) ? path : null;
  }
  return null;
}

function isPython({ exe, argv }: Traces): boolean {
  return /^(?:python|pypy|uwsgi)/.test(basename(exe ?? argv[0] ?? ''));
}

function virtualenv(path: string, evidence: VirtualenvEvidence, inspect: Inspect): Virtualenv {
  const plain = path.length > 1 ? path.replace(/\/+$/, '') : path;
  const inspected = inspect(plain);
  return { path: plain, name: nameOf(plain, inspected), evidence, python: inspected?.python ?? null };
}

/** What people call one that is its project's own: it says nothing of whose it is. */
export function isProjectsOwn(path: string): boolean {
  return /^\.?(?:venv|env|virtualenv)$/.test(basename(path));
}

/** As people call it: `/srv/shop/.venv` is shop's. pipenv and poetry add eight letters that make their names distinct. */
function nameOf(path: string, inspected: Inspected | null): string {
  const name = basename(path);
  if (isProjectsOwn(path)) return basename(dirname(path));
  const distinct = inspected?.project == null ? /-[\w-]{8}-py\d+\.\d+$/ : /-[\w-]{8}$/;
  return name.replace(distinct, '') || name;
}
