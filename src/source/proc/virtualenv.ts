import { basename, dirname, resolve } from 'node:path';
import type { Virtualenv, VirtualenvEvidence } from '../../snapshot.ts';
import { isGeneralDirectory } from '../../text/general-directories.ts';
import type { FileView } from '../files/known-files.ts';
import { upwards } from './upwards.ts';

/** Most directories of a PATH that are looked at. */
const MOST_PATH = 32;

/** Evidence of a process's virtualenv. */
export interface Traces {
  readonly argv: readonly string[];
  readonly cwd: string | null;
  readonly exe: string | null;
  /** Includes `VIRTUAL_ENV`, `CONDA_PREFIX`, `PATH` and `PWD`. */
  readonly environment: Readonly<Record<string, string>>;
  /** Prefixes of the site-packages that the process maps. Called only if there is no other evidence. */
  mapped(): ReadonlySet<string>;
}

/** Reads a directory as a virtualenv; null if it is not one. */
type Inspect = (path: string) => Inspected | null;

interface Inspected {
  readonly python: string | null;
  readonly systemPackages: boolean;
  /** The directory that pipenv made it for, which the file `.project` names. */
  readonly project: string | null;
}

/** Reads a virtualenv: a directory with `pyvenv.cfg` (PEP 405), or conda's `conda-meta`. Null if it is neither. */
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
 * The virtualenv that a process runs in. A program started by its path in a virtualenv runs in that one, even if its
 * shell has activated another.
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
  const fromPath = onPath(traces, files);
  if (fromPath !== null) return virtualenv(fromPath, 'environ', inspect);
  for (const prefix of traces.mapped()) if (inspect(prefix)) return virtualenv(prefix, 'maps', inspect);
  const { cwd } = traces;
  // A title hides the command line: guess from the directory.
  for (const name of cwd === null ? [] : ['.venv', 'venv']) {
    const path = `${cwd}/${name}`;
    if (inspect(path)) return virtualenv(path, 'guess', inspect);
  }
  return null;
}

/** The virtualenv of the interpreter or the script: `VENV/bin/python VENV/bin/gunicorn …`. */
function startedFrom(traces: Traces, inspect: Inspect): string | null {
  for (const word of traces.argv.slice(0, 2)) {
    if (word.includes(' ') || !/(?:^|\/)bin\//.test(word)) continue;
    const bases = word.startsWith('/') ? ['/'] : startDirectories(traces);
    const inspected = bases
      .map((base) => dirname(dirname(resolve(base, word))))
      .filter((directory) => inspect(directory) !== null);
    const [path] = inspected;
    if (path !== undefined) return path;
  }
  return null;
}

/** Directories where the process may have been started: its own, and those that `--chdir` may have led away from. */
function startDirectories({ cwd, environment }: Traces): readonly string[] {
  const candidates = [cwd, environment['PWD'] ?? null, ...(cwd?.startsWith('/') ? upwards(cwd).slice(1) : [])];
  return candidates.flatMap((path) => (path?.startsWith('/') ? path : []));
}

/** The virtualenv of the executable: those made with --copies, and conda's, have their own interpreter. */
function ownOf({ exe }: Traces, inspect: Inspect): string | null {
  const path = dirname(dirname(exe ?? '/'));
  return path !== '/' && inspect(path) ? path : null;
}

/** The virtualenv of the first `python3` on the PATH, as after `activate` or in a unit that sets PATH only. */
function onPath({ argv, environment }: Traces, files: FileView): string | null {
  const [name = ''] = argv;
  if (!/^(?:python|pypy)[\d.]*$/.test(name)) return null;
  const directories = (environment['PATH'] ?? '')
    .split(':', MOST_PATH)
    .filter((directory) => directory.startsWith('/'));
  const having = directories.map((directory) => (files.names(directory, [name])?.length ? directory : null));
  const first = having.find((directory) => directory !== null);
  if (first === undefined || first === null) return null;
  const path = dirname(first);
  return inspectVirtualenv(path, files) ? path : null;
}

function isPython({ exe, argv }: Traces): boolean {
  return /^(?:python|pypy|uwsgi)/.test(basename(exe ?? argv[0] ?? ''));
}

/** The virtualenv at this path; null if there is none. */
export function virtualenvAt(path: string, evidence: VirtualenvEvidence, files: FileView): Virtualenv | null {
  const inspect: Inspect = (directory) => inspectVirtualenv(directory, files);
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

/** Whether a virtualenv has a general name such as `.venv`, which does not say whose it is. */
export function isProjectsOwn(path: string): boolean {
  return /^\.?(?:v?env|virtualenv|pyenv)(?:[-_]?(?:py(?:thon)?)?\d[\d.]*)?$/.test(basename(path));
}

/** Names of directories in a deployment, and of releases in it: the project's name is above them. */
const deploymentNames = /^(?:shared|current|releases|versions|src|app|www|web|backend|v?\d[\d._-]*)$/;

/** The name that people use: `/srv/shop/.venv` is shop's. pipenv and poetry append eight letters, which are dropped. */
function nameOf(path: string, inspected: Inspected | null): string {
  const name = basename(path);
  // CloudLinux and cPanel make `~/virtualenv/APP/3.11`.
  if (isProjectsOwn(path) || /^\d+\.\d+$/.test(name)) return nameAbove(dirname(path)) ?? name;
  const suffix = inspected?.project == null ? /-[\w-]{8}-py\d+\.\d+$/ : /-[\w-]{8}$/;
  return name.replace(suffix, '') || name;
}

/** The name of the project in a directory; null if that holds many: `/srv/env` is named by itself. */
function nameAbove(path: string): string | null {
  let above = path;
  while (deploymentNames.test(basename(above)) && !isGeneralDirectory(dirname(above))) above = dirname(above);
  return isGeneralDirectory(above) ? null : basename(above);
}
