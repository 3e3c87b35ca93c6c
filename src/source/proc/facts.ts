import { dirname } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { ProcessFacts, Virtualenv } from '../../snapshot.ts';
import { baseName } from '../../text/base-name.ts';
import type { Viewpoint } from '../files/files.ts';
import type { FileView, KnownFiles } from '../files/known-files.ts';
import type { FactRequests } from '../source.ts';
import { Cache } from './cache.ts';
import { type CgroupMount, limitedCgroups, limitOf } from './cgroups.ts';
import { containerOf } from './containers.ts';
import { readBytes, readLink, readText } from './files.ts';
import { installedVersions } from './packages.ts';
import { sourceOf } from './parsers/bind-mounts.ts';
import { parseStatus, type Status } from './parsers/status.ts';
import { membersOf, parseCgroup, parseCmdline, parsePasswd, pickEnvironment, sitePrefixes } from './parsers/text.ts';
import { projectDirectory } from './project-directory.ts';
import { readSettings } from './settings.ts';
import { ViewpointReader, withOwnRights } from './viewpoint.ts';
import { findVirtualenv, inspectVirtualenv, isProjectsOwn, virtualenvAt } from './virtualenv.ts';

/** Seconds for which what cgroups say of limits holds. */
const LASTING = 60;

const MOST_MAPS = 4 * 1024 * 1024;

const MOST_PASSWD = 1024 * 1024;

/** What is looked at here, and not kept unless a definition asks for it. */
const ownVariables = ['VIRTUAL_ENV', 'CONDA_PREFIX', 'PATH', 'PWD', 'BUNDLE_GEMFILE'];

/** What the kernel says of a process, for as long as its files have not told the rest. */
interface Traces {
  readonly pid: number;
  readonly comm: string;
  readonly argv: readonly string[];
  readonly cwd: string | null;
  readonly exe: string | null;
  readonly status: Status;
  readonly environment: Readonly<Record<string, string>>;
  readonly cgroup: { readonly path: string | null; readonly limit: number | null };
  readonly viewpoint: Viewpoint;
  mapped(): ReadonlySet<string>;
  /** The text of `mountinfo`, of a process that has mounts of its own; else empty. */
  mounts(): string;
  /** `KnownFiles.version` when its files were looked at last. */
  version: string;
}

/** Reads what changes rarely in a process's life. */
export class FactsReader {
  readonly #root: string;
  readonly #factRequests: FactRequests;
  readonly #files: KnownFiles;
  readonly #viewpoints: ViewpointReader;
  /** Of the machine that the tree is of, with workertop's own rights. */
  readonly #machine: Viewpoint;
  readonly #variables: ReadonlySet<string>;
  readonly #members: ReturnType<typeof membersOf>;
  readonly #wanted: ReadonlySet<string>;
  readonly #cgroups: Cache<{ readonly path: string | null; readonly limit: number | null }>;
  /** Of facts whose files have not told all. */
  readonly #incomplete = new WeakMap<ProcessFacts, Traces>();

  constructor(root: string, factRequests: FactRequests, files: KnownFiles, cgroups: readonly CgroupMount[]) {
    this.#root = root;
    this.#factRequests = factRequests;
    this.#files = files;
    this.#viewpoints = new ViewpointReader(root);
    this.#machine = withOwnRights(this.#viewpoints.of(1, ''));
    this.#wanted = new Set(factRequests.environment);
    this.#variables = new Set([...factRequests.environment, ...ownVariables]);
    this.#members = membersOf(this.#variables);
    this.#cgroups = new Cache(LASTING, (text) => ({ path: parseCgroup(text), limit: lowestLimit(text, cgroups) }));
  }

  /** What is known at once; `files` of the facts tells whether more is to come. @param now seconds since boot */
  read(pid: number, comm: string, now: number): ProcessFacts {
    const folder = `${this.#root}/${pid}`;
    const status = readText(`${folder}/status`) ?? '';
    const viewpoint = this.#viewpoints.of(pid, status);
    let mapped: ReadonlySet<string> | null = null;
    return this.#derive(
      {
        pid,
        comm,
        argv: this.#argv(pid),
        cwd: readLink(`${folder}/cwd`),
        exe: readLink(`${folder}/exe`),
        status: parseStatus(status),
        environment: this.#environment(pid),
        cgroup: this.#cgroups.get(readText(`${folder}/cgroup`) ?? '', now),
        viewpoint,
        mapped: () => {
          mapped ??= sitePrefixes(readText(`${folder}/maps`, MOST_MAPS) ?? '');
          return mapped;
        },
        mounts: () => (viewpoint.process === null ? '' : (readText(`${folder}/mountinfo`, MOST_MAPS) ?? '')),
        version: '',
      },
      now,
    );
  }

  /** The same object, unless its files have told something new. @param now seconds since boot */
  again(facts: ProcessFacts, now: number): ProcessFacts {
    const traces = facts.files === undefined ? undefined : this.#incomplete.get(facts);
    if (traces === undefined || traces.version === this.#files.version) return facts;
    const fresh = this.#derive(traces, now);
    return isDeepStrictEqual(fresh, facts) ? facts : fresh;
  }

  #derive(traces: Traces, now: number): ProcessFacts {
    traces.version = this.#files.version;
    const files = this.#files.look(traces.viewpoint, now);
    const system = this.#files.look(withOwnRights(traces.viewpoint), now);
    const machine = this.#files.look(this.#machine, now);
    const facts = this.#look(traces, files, system, machine);
    const views = [files, system, machine];
    const waits = views.some((view) => view.waits);
    if (!waits && views.every((view) => !view.unknown)) return facts;
    const incomplete: ProcessFacts = { ...facts, files: waits ? 'waiting' : 'unknown' };
    this.#incomplete.set(incomplete, traces);
    return incomplete;
  }

  /** @param system the same files, seen with workertop's own rights */
  #look(traces: Traces, files: FileView, system: FileView, machine: FileView): ProcessFacts {
    const { comm, argv, cwd, exe, status, environment, cgroup, mapped } = traces;
    const virtualenv = findVirtualenv({ argv, cwd, exe, environment, mapped }, files);
    const { directoryFlags: flags } = this.#factRequests;
    const gemfile = environment['BUNDLE_GEMFILE'];
    const virtualenvOf = virtualenv === null ? null : projectOf(virtualenv, files);
    const code = this.#factRequests.codeDirectory({ argv, cwd, exe });
    const directory = projectDirectory({ argv, cwd, flags, gemfile, virtualenvOf, code }, files);
    const identity = directory === null ? undefined : files.place(directory.path)?.identity;
    const container = containerOf(cgroup.path, machine);
    const source = directory === null ? null : sourceOf(directory.path, traces.mounts());
    const facts: ProcessFacts = {
      comm,
      argv,
      cwd,
      exe,
      uid: status.uid,
      ...(status.ids === undefined ? {} : { ids: status.ids }),
      user: status.uid === null ? null : userName(status.uid, system),
      caught: status.caught,
      ignored: status.ignored,
      blocked: status.blocked,
      cgroup: cgroup.path,
      memoryLimit: cgroup.limit,
      environment: Object.fromEntries(Object.entries(environment).filter(([name]) => this.#wanted.has(name))),
      virtualenv,
      packages: this.#packages(virtualenv?.path ?? ownPrefix(exe), exe ?? argv[0] ?? '', files),
      directory,
      ...(identity === undefined ? {} : { directoryIdentity: identity }),
      ...(source === null ? {} : { directorySource: source }),
      ...(container === null ? {} : { container }),
      settings: {},
    };
    // The very same object for the many of which nothing is asked: what is found out of it is kept by it.
    if (this.#factRequests.settings(facts).length === 0) return facts;
    const asked = (settings: ProcessFacts['settings']) => this.#factRequests.settings({ ...facts, settings });
    return this.#withConfigured({ ...facts, settings: readSettings(asked, files) }, files);
  }

  /** Its configuration may name its virtualenv. */
  #withConfigured(facts: ProcessFacts, files: FileView): ProcessFacts {
    const path =
      facts.virtualenv === null || facts.virtualenv.evidence === 'guess' ? this.#factRequests.virtualenv(facts) : null;
    const virtualenv = path === null ? null : virtualenvAt(path, 'argv', files);
    if (virtualenv === null) return facts;
    return { ...facts, virtualenv, packages: this.#packages(virtualenv.path, facts.exe ?? facts.argv[0] ?? '', files) };
  }

  /** Whether what a program changes of itself is as it was: its title, and the signals that it handles. */
  unchanged(pid: number, facts: ProcessFacts): boolean {
    const { uid, ids, caught, ignored, blocked } = parseStatus(readText(`${this.#root}/${pid}/status`) ?? '');
    const sameIds = uid === facts.uid && ids === facts.ids;
    const same = sameIds && caught === facts.caught && ignored === facts.ignored && blocked === facts.blocked;
    return same && equal(this.#argv(pid), facts.argv);
  }

  #environment(pid: number): Readonly<Record<string, string>> {
    const bytes = readBytes(`${this.#root}/${pid}/environ`);
    return typeof bytes === 'string' ? {} : pickEnvironment(bytes, this.#variables, this.#members);
  }

  #argv(pid: number): readonly string[] {
    const bytes = readBytes(`${this.#root}/${pid}/cmdline`);
    return typeof bytes === 'string' ? [] : parseCmdline(bytes);
  }

  #packages(virtualenv: string | null, program: string, files: FileView): ProcessFacts['packages'] {
    const found: Record<string, string> = {};
    if (virtualenv === null && !/\b(?:python|pypy|uwsgi)/.test(baseName(program))) return found;
    const systemPackages = virtualenv === null || (inspectVirtualenv(virtualenv, files)?.systemPackages ?? false);
    const versions = installedVersions(virtualenv, systemPackages, files);
    for (const name of this.#factRequests.packages) {
      const version = versions.get(name);
      if (version !== undefined) found[name] = version;
    }
    return found;
  }
}

/** The name of a user, of this machine or of a container. */
function userName(uid: number, files: FileView): string | null {
  const lines = files.lines('/etc/passwd', new RegExp(`^[^:]+:[^:]*:${uid}:`), MOST_PASSWD);
  return parsePasswd(lines?.join('\n') ?? '').get(uid) ?? null;
}

/** What a virtualenv was made for: pipenv writes it down, and `/srv/shop/.venv` says it itself. */
function projectOf({ path, evidence }: Virtualenv, files: FileView): string | null {
  if (evidence === 'guess') return null;
  return inspectVirtualenv(path, files)?.project ?? (isProjectsOwn(path) ? dirname(path) : null);
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

function equal(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((value, index) => value === b[index]);
}
