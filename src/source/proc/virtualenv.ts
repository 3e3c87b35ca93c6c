import { basename, dirname, resolve } from 'node:path';
import type { Virtualenv, VirtualenvEvidence } from '../../snapshot.ts';
import { readRegular } from './files.ts';

/** What tells a process's virtualenv. */
export interface Traces {
  readonly argv: readonly string[];
  readonly cwd: string | null;
  readonly exe: string | null;
  /** `VIRTUAL_ENV` and `CONDA_PREFIX` among them. */
  readonly environment: Readonly<Record<string, string>>;
  /** Prefixes of the site-packages that are mapped into it; asked for only where nothing else tells. */
  mapped(): ReadonlySet<string>;
}

/** A directory as a virtualenv; null when it is none. */
export type Inspect = (path: string) => { readonly python: string | null; readonly systemPackages: boolean } | null;

/** PEP 405: a virtualenv is where `pyvenv.cfg` is; conda's environments have `conda-meta`. */
export function inspectVirtualenv(path: string, root: string): ReturnType<Inspect> {
  const config = readRegular(`${root}${path}/pyvenv.cfg`);
  if (config !== null) {
    return {
      python: /^version(?:_info)?\s*=\s*(\d+\.\d+(?:\.\d+)?)/m.exec(config)?.[1] ?? null,
      systemPackages: /^include-system-site-packages\s*=\s*true/im.test(config),
    };
  }
  const conda = readRegular(`${root}${path}/conda-meta/history`, 64);
  return conda === null ? null : { python: null, systemPackages: false };
}

/**
 * The virtualenv a process runs in. A program started by its path in one virtualenv runs in that one, even if its
 * shell has another activated.
 */
export function findVirtualenv(traces: Traces, inspect: Inspect): Virtualenv | null {
  const { environment } = traces;
  const activated = environment['VIRTUAL_ENV'] || environment['CONDA_PREFIX'];
  const started = startedFrom(traces, inspect);
  if (activated?.startsWith('/') && (started === null || started === activated)) {
    return virtualenv(activated, 'environ', inspect);
  }
  if (started !== null) return virtualenv(started, 'argv', inspect);
  if (!isPython(traces)) return null;
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
function startedFrom({ argv, cwd }: Traces, inspect: Inspect): string | null {
  for (const word of argv.slice(0, 2)) {
    if (!word.includes('/') || word.includes(' ') || (cwd === null && !word.startsWith('/'))) continue;
    const path = dirname(dirname(resolve(cwd ?? '/', word)));
    if (/(?:^|\/)bin\//.test(word) && inspect(path)) return path;
  }
  return null;
}

function isPython({ exe, argv }: Traces): boolean {
  return /^(?:python|pypy|uwsgi)/.test(basename(exe ?? argv[0] ?? ''));
}

function virtualenv(path: string, evidence: VirtualenvEvidence, inspect: Inspect): Virtualenv {
  const plain = path.length > 1 ? path.replace(/\/+$/, '') : path;
  return { path: plain, name: nameOf(plain), evidence, python: inspect(plain)?.python ?? null };
}

/** As people call it: `/srv/shop/.venv` is shop's. pipenv and poetry add what makes their names distinct. */
function nameOf(path: string): string {
  const name = basename(path);
  return /^\.?(?:venv|env|virtualenv)$/.test(name) ? basename(dirname(path)) : name;
}
