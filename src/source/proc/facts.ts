import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import type { ProcessFacts, Virtualenv } from '../../snapshot.ts';
import type { Interests } from '../source.ts';
import { Cache } from './cache.ts';
import { type CgroupMount, limitedCgroups, limitOf } from './cgroups.ts';
import { readBytes, readLink, readRegular, readText } from './files.ts';
import { installedVersions, type Versions } from './packages.ts';
import { parseStatus } from './parsers/status.ts';
import { membersOf, parseCgroup, parseCmdline, parsePasswd, pickEnvironment, sitePrefixes } from './parsers/text.ts';
import { findMarked, projectDirectory } from './project-directory.ts';
import { readSettings } from './settings.ts';
import { findVirtualenv, type Inspect, inspectVirtualenv, isProjectsOwn } from './virtualenv.ts';

/** Seconds for which what was found in directories holds. */
const LASTING = 60;

const MOST_MAPS = 4 * 1024 * 1024;

/** What is looked at here, and not kept unless a definition asks for it. */
const ownVariables = ['VIRTUAL_ENV', 'CONDA_PREFIX', 'PATH', 'PWD', 'BUNDLE_GEMFILE'];

/** Separates the two parts of a cache key; in no path. */
const NUL = '\0';

/** Reads what changes rarely in a process's life. */
export class FactsReader {
  readonly #root: string;
  readonly #interests: Interests;
  readonly #variables: ReadonlySet<string>;
  readonly #members: ReturnType<typeof membersOf>;
  readonly #wanted: ReadonlySet<string>;
  readonly #namespace: string | null;
  readonly #users: Cache<ReadonlyMap<number, string>>;
  readonly #virtualenvs: Cache<ReturnType<typeof inspectVirtualenv>>;
  readonly #versions: Cache<Versions>;
  readonly #cgroups: Cache<{ readonly path: string | null; readonly limit: number | null }>;
  readonly #marked: Cache<ReturnType<typeof findMarked>>;

  constructor(root: string, interests: Interests, cgroups: readonly CgroupMount[]) {
    this.#root = root;
    this.#interests = interests;
    this.#wanted = new Set(interests.environment);
    this.#variables = new Set([...interests.environment, ...ownVariables]);
    this.#members = membersOf(this.#variables);
    this.#namespace = readLink(`${root}/self/ns/mnt`);
    this.#users = new Cache(LASTING, (path) => parsePasswd(readRegular(path, 1024 * 1024) ?? ''));
    this.#virtualenvs = new Cache(LASTING, (key) => inspectVirtualenv(...pathAndRoot(key)));
    this.#cgroups = new Cache(LASTING, (text) => ({ path: parseCgroup(text), limit: lowestLimit(text, cgroups) }));
    this.#marked = new Cache(LASTING, (key) => findMarked(...pathAndRoot(key)));
    this.#versions = new Cache(LASTING, (key) => {
      const [path, root] = pathAndRoot(key);
      if (path === '') return installedVersions(null, true, root);
      return installedVersions(path, inspectVirtualenv(path, root)?.systemPackages ?? false, root);
    });
  }

  /** @param now seconds since boot */
  read(pid: number, comm: string, now: number): ProcessFacts {
    const folder = `${this.#root}/${pid}`;
    const argv = this.#argv(pid);
    const status = parseStatus(readText(`${folder}/status`) ?? '');
    const cwd = readLink(`${folder}/cwd`);
    const exe = readLink(`${folder}/exe`);
    const environ = readBytes(`${folder}/environ`);
    const environment = typeof environ === 'string' ? {} : pickEnvironment(environ, this.#variables, this.#members);
    const cgroup = this.#cgroups.get(readText(`${folder}/cgroup`) ?? '', now);
    const fileRoot = this.#fileRoot(pid);
    const inspect = (path: string) => this.#virtualenvs.get(path + NUL + fileRoot, now);
    const mapped = () => sitePrefixes(readText(`${folder}/maps`, MOST_MAPS) ?? '');
    const exists = (path: string) => existsSync(fileRoot + path);
    const virtualenv = findVirtualenv({ argv, cwd, exe, environment, mapped, exists }, inspect);
    const wanted = Object.fromEntries(Object.entries(environment).filter(([name]) => this.#wanted.has(name)));
    const { directoryFlags: flags } = this.#interests;
    const gemfile = environment['BUNDLE_GEMFILE'];
    const virtualenvOf = virtualenv === null ? null : projectOf(virtualenv, inspect);
    const facts: ProcessFacts = {
      comm,
      argv,
      cwd,
      exe,
      uid: status.uid,
      ...(status.ids === undefined ? {} : { ids: status.ids }),
      user: status.uid === null ? null : this.#user(status.uid, fileRoot, now),
      caught: status.caught,
      ignored: status.ignored,
      blocked: status.blocked,
      cgroup: cgroup.path,
      memoryLimit: cgroup.limit,
      environment: wanted,
      virtualenv,
      packages: this.#packages(virtualenv?.path ?? ownPrefix(exe), exe ?? argv[0] ?? '', fileRoot, now),
      directory: projectDirectory({ argv, cwd, flags, gemfile, virtualenvOf }, (path) =>
        this.#marked.get(path + NUL + fileRoot, now),
      ),
      settings: {},
    };
    // The very same object for the many of which nothing is asked: what is found out of it is kept by it.
    if (this.#interests.settings(facts).length === 0) return facts;
    const asked = (settings: ProcessFacts['settings']) => this.#interests.settings({ ...facts, settings });
    return { ...facts, settings: readSettings(asked, fileRoot) };
  }

  /** Whether what a program changes of itself is as it was: its title, and the signals that it handles. */
  unchanged(pid: number, facts: ProcessFacts): boolean {
    const { uid, ids, caught, ignored, blocked } = parseStatus(readText(`${this.#root}/${pid}/status`) ?? '');
    const sameIds = uid === facts.uid && ids === facts.ids;
    const same = sameIds && caught === facts.caught && ignored === facts.ignored && blocked === facts.blocked;
    return same && equal(this.#argv(pid), facts.argv);
  }

  #argv(pid: number): readonly string[] {
    const bytes = readBytes(`${this.#root}/${pid}/cmdline`);
    return typeof bytes === 'string' ? [] : parseCmdline(bytes);
  }

  /** A container's processes have their files elsewhere: seen through them, they are where they say. */
  #fileRoot(pid: number): string {
    const namespace = readLink(`${this.#root}/${pid}/ns/mnt`);
    const elsewhere = namespace !== null && this.#namespace !== null && namespace !== this.#namespace;
    return elsewhere ? `${this.#root}/${pid}/root` : '';
  }

  #user(uid: number, fileRoot: string, now: number): string | null {
    return this.#users.get(`${fileRoot}/etc/passwd`, now).get(uid) ?? null;
  }

  #packages(virtualenv: string | null, program: string, fileRoot: string, now: number): ProcessFacts['packages'] {
    const found: Record<string, string> = {};
    if (virtualenv === null && !/\b(?:python|pypy|uwsgi)[^/]*$/.test(program)) return found;
    const versions = this.#versions.get((virtualenv ?? '') + NUL + fileRoot, now);
    for (const name of this.#interests.packages) {
      const version = versions.get(name);
      if (version !== undefined) found[name] = version;
    }
    return found;
  }
}

/** What a virtualenv was made for: pipenv writes it down, and `/srv/shop/.venv` says it itself. */
function projectOf({ path, evidence }: Virtualenv, inspect: Inspect): string | null {
  if (evidence === 'guess') return null;
  return inspect(path)?.project ?? (isProjectsOwn(path) ? dirname(path) : null);
}

/** Of a Python of its own, as pyenv builds it and the images of containers have it; null for the system's. */
function ownPrefix(exe: string | null): string | null {
  const prefix = /^(.+)\/bin\/(?:python|pypy)[\d.]*$/.exec(exe ?? '')?.[1];
  return prefix === undefined || prefix === '/usr' ? null : prefix;
}

function lowestLimit(cgroup: string, mounts: readonly CgroupMount[]): number | null {
  const limits = limitedCgroups(cgroup, mounts).flatMap((one) => limitOf(one) ?? []);
  return limits.length === 0 ? null : Math.min(...limits);
}

function pathAndRoot(key: string): [path: string, root: string] {
  const [path = '', root = ''] = key.split(NUL);
  return [path, root];
}

function equal(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((value, index) => value === b[index]);
}
