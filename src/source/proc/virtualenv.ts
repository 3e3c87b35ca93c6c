import { basename, dirname, resolve } from 'node:path';
import type { Virtualenv, VirtualenvEvidence } from '../../snapshot.ts';
import type { FileView } from '../files/known-files.ts';
import { upwards } from './upwards.ts';

/** Directories of a PATH that are looked at. */
const MOST_PATH = 32;

/** What tells a process's virtualenv. */
export interface Traces {
  readonly argv: readonly string[];
  readonly cwd: string | null;
  readonly exe: string | null;
  /** `VIRTUAL_ENV`, `CONDA_PREFIX`, `PATH` and `PWD` among them. */
  readonly environment: Readonly<Record<string, string>>;
  /** Prefixes of the site-packages that are mapped into it; asked for only where nothing else tells. */
  mapped(): ReadonlySet<string>;
}

/** A directory as a virtualenv; null when it is none. */
type Inspect = (path: string) => Inspected | null;

interface Inspected {
  readonly python: string | null;
  readonly systemPackages: boolean;
  /** The directory that pipenv made it for, which it keeps in the file `.project`. */
  readonly project: string | null;
}

/** PEP 405: a virtualenv is where `pyvenv.cfg` is; conda's environments have `conda-meta`. Null for a directory that is none. */
export function inspectVirtualenv(path: string, files: FileView): Inspected | null {
  const config = files.lines(`${path}/pyvenv.cfg`, /^(?:version(?:_info)?|include-system-site-packages)\s*=/i);
  const conda = files.names(`${path}/conda-meta`, ['history']);
  if (config !== null) {
    const text = config.join('\n');
    return {
      python: /^version(?:_info)?\s*=\s*(\d+\.\d+(?:\.\d+)?)/m.exec(text)?.[1] ?? null,
      systemPackages: /^include-system-site-packages\s*=\s*true/im.test(text),
      project: files.lines(`${path}/.project`, /^\//, 4096)?.[0]?.trimEnd() ?? null,
    };
  }
  return conda?.includes('history') ? { python: null, systemPackages: false, project: null } : null;
}

/**
 * The virtualenv a process runs in. A program started by its path in one virtualenv runs in that one, even if its
 * shell has another activated.
 */
export function findVirtualenv(traces: Traces, files: FileView): Virtualenv | null {
  const inspect: Inspect = (path) => inspectVirtualenv(path, files);
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
  const found = onPath(traces, files);
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
    const inspected = bases.map((base) => dirname(dirname(resolve(base, word)))).filter((one) => inspect(one) !== null);
    const [path] = inspected;
    if (path !== undefined) return path;
  }
  return null;
}

/** Where it may have been started: its directory, or where --chdir and the like have led away from, into some part of it. */
function startDirectories({ cwd, environment }: Traces): readonly string[] {
  const found = [cwd, environment['PWD'] ?? null, ...(cwd?.startsWith('/') ? upwards(cwd).slice(1) : [])];
  return found.flatMap((path) => (path?.startsWith('/') ? path : []));
}

/** A virtualenv made with --copies, and each of conda's, has an interpreter of its own. */
function ownOf({ exe }: Traces, inspect: Inspect): string | null {
  const path = dirname(dirname(exe ?? '/'));
  return path !== '/' && inspect(path) ? path : null;
}

/** `python3 …` without a path is the first on the PATH, as after `activate` or in a unit that sets PATH alone. */
function onPath({ argv, environment }: Traces, files: FileView): string | null {
  const [name = ''] = argv;
  if (!/^(?:python|pypy)[\d.]*$/.test(name)) return null;
  const directories = (environment['PATH'] ?? '').split(':', MOST_PATH).filter((one) => one.startsWith('/'));
  const having = directories.map((one) => (files.names(one, [name])?.length ? one : null));
  const first = having.find((one) => one !== null);
  if (first === undefined || first === null) return null;
  const path = dirname(first);
  return inspectVirtualenv(path, files) ? path : null;
}

function isPython({ exe, argv }: Traces): boolean {
  return /^(?:python|pypy|uwsgi)/.test(basename(exe ?? argv[0] ?? ''));
}

/** The virtualenv of this path; null where there is none. */
export function virtualenvAt(path: string, evidence: VirtualenvEvidence, files: FileView): Virtualenv | null {
  const inspect: Inspect = (one) => inspectVirtualenv(one, files);
  return inspect(path) === null ? null : virtualenv(path, evidence, inspect);
}

function virtualenv(path: string, evidence: VirtualenvEvidence, inspect: Inspect): Virtualenv {
  const plain = withoutTrailingSlashes(path);
  const inspected = inspect(plain);
  return { path: plain, name: nameOf(plain, inspected), evidence, python: inspected?.python ?? null };
}

function withoutTrailingSlashes(path: string): string {
  let end = path.length;
  while (end > 1 && path[end - 1] === '/') end--;
  return path.slice(0, end);
}

/** What people call one that is its project's own: it says nothing of whose it is. */
export function isProjectsOwn(path: string): boolean {
  return /^\.?(?:v?env|virtualenv|pyenv)(?:[-_]?(?:py(?:thon)?)?\d[\d.]*)?$/.test(basename(path));
}

/** Directories of deployments, in which a project keeps what outlasts its releases. */
const ofDeployments = /^(?:shared|current|releases|src|app|www|web|backend)$/;

/** As people call it: `/srv/shop/.venv` is shop's. pipenv and poetry add eight letters that make their names distinct. */
function nameOf(path: string, inspected: Inspected | null): string {
  const name = basename(path);
  if (isProjectsOwn(path)) {
    const above = dirname(path);
    const further = basename(dirname(above));
    return ofDeployments.test(basename(above)) && further !== '' ? further : basename(above);
  }
  const distinct = inspected?.project == null ? /-[\w-]{8}-py\d+\.\d+$/ : /-[\w-]{8}$/;
  return name.replace(distinct, '') || name;
}
