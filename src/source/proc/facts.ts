import { dirname } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { ProcessFacts, Virtualenv } from '../../snapshot.ts';
import { baseName } from '../../text/base-name.ts';
import type { Viewpoint } from '../files/files.ts';
import type { FileView, KnownFiles } from '../files/known-files.ts';
import type { FactRequests } from '../source.ts';
import { Cache } from './cache.ts';
import { type CgroupMount, limitedCgroups, limitOf } from './cgroups.ts';
import { readConfigLines } from './config-lines.ts';
import { containerOf } from './containers.ts';
import { installedVersions } from './packages.ts';
import { sourceOf } from './parsers/bind-mounts.ts';
import { parseStatus, type Status } from './parsers/status.ts';
import {
  MOST_ARGUMENTS,
  MOST_ENVIRONMENT,
  membersOf,
  parseCgroup,
  parseCmdline,
  parsePasswd,
  pickEnvironment,
  sitePrefixes,
} from './parsers/text.ts';
import { projectDirectory } from './project-directory.ts';
import type { ProcTree } from './tree.ts';
import { ViewpointReader, withOwnRights } from './viewpoint.ts';
import { findVirtualenv, inspectVirtualenv, isProjectsOwn, virtualenvAt } from './virtualenv.ts';

/** Memory limits of cgroups are read again after this many seconds. */
const LASTING = 60;

const MOST_MAPS = 4 * 1024 * 1024;

const MOST_PASSWD = 1024 * 1024;

/** Files and links of a process that its facts are read from. */
const factFiles = ['status', 'ns/mnt', 'cmdline', 'cwd', 'exe', 'environ', 'cgroup'];

/** Variables that are read here, and dropped unless a definition asks for them. */
const ownVariables = ['VIRTUAL_ENV', 'CONDA_PREFIX', 'PATH', 'PWD', 'BUNDLE_GEMFILE'];

/** What the kernel reports of a process, kept until its files have been read. */
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
  /** The text of `mountinfo` if the process is in another mount namespace; else empty. */
  mounts(): string;
  /** Whether its command line or environment could not be read, since reading might block. */
  readonly held: boolean;
  /** `KnownFiles.version` when its files were last looked at. */
  version: string;
}

/** Reads the part of a sample that rarely changes. */
export class FactsReader {
  readonly #tree: ProcTree;
  readonly #factRequests: FactRequests;
  readonly #files: KnownFiles;
  readonly #viewpoints: ViewpointReader;
  /** The namespace of the machine that the tree belongs to, with workertop's own rights. */
  readonly #machine: Viewpoint;
  readonly #variables: ReadonlySet<string>;
  readonly #members: ReturnType<typeof membersOf>;
  readonly #wanted: ReadonlySet<string>;
  readonly #cgroups: Cache<{ readonly path: string | null; readonly limit: number | null }>;
  /** Of processes whose files have not been read completely. */
  readonly #incomplete = new WeakMap<ProcessFacts, Traces>();
  readonly #held = new WeakSet<ProcessFacts>();

  constructor(tree: ProcTree, factRequests: FactRequests, files: KnownFiles, cgroups: readonly CgroupMount[]) {
    this.#tree = tree;
    this.#factRequests = factRequests;
    this.#files = files;
    this.#viewpoints = new ViewpointReader(tree);
    this.#machine = withOwnRights(this.#viewpoints.of(1, ''));
    this.#wanted = new Set(factRequests.environment);
    this.#variables = new Set([...factRequests.environment, ...ownVariables]);
    this.#members = membersOf(this.#variables);
    this.#cgroups = new Cache(LASTING, (text) => ({
      path: parseCgroup(text),
      limit: lowestLimit(tree, text, cgroups),
    }));
  }

  /**
   * The facts known at once; their `files` tells whether more will follow.
   * @param now seconds since boot
   */
  read(pid: number, comm: string, now: number): ProcessFacts {
    const tree = this.#tree;
    tree.expect(factFiles.map((name) => `${pid}/${name}`));
    const status = tree.text(`${pid}/status`) ?? '';
    const viewpoint = this.#viewpoints.of(pid, status);
    let mapped: ReadonlySet<string> | null = null;
    // Anybody may have a namespace of 100,000 mounts, and facts are derived anew with each answer about files.
    let mounts: string | null = null;
    const cmdline = this.#argv(pid);
    const environment = this.#environment(pid);
    return this.#derive(
      {
        pid,
        comm,
        argv: cmdline ?? [],
        cwd: tree.link(`${pid}/cwd`),
        exe: tree.link(`${pid}/exe`),
        status: parseStatus(status),
        environment: environment ?? {},
        cgroup: this.#cgroups.get(tree.text(`${pid}/cgroup`) ?? '', now),
        viewpoint,
        mapped: () => {
          mapped ??= sitePrefixes(tree.text(`${pid}/maps`, MOST_MAPS) ?? '');
          return mapped;
        },
        mounts: () => {
          mounts ??= viewpoint.process === null ? '' : (tree.wholeText(`${pid}/mountinfo`, MOST_MAPS) ?? '');
          return mounts;
        },
        held: cmdline === null || environment === null,
        version: '',
      },
      now,
    );
  }

  /**
   * Derives facts again if more of their files are known. Returns the same object if nothing changed.
   * @param now seconds since boot
   */
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
    if (traces.held) this.#held.add(facts);
    const views = [files, system, machine];
    const waits = views.some((view) => view.waits);
    if (!waits && views.every((view) => !view.unknown)) return facts;
    const incomplete: ProcessFacts = { ...facts, files: waits ? 'waiting' : 'unknown' };
    if (traces.held) this.#held.add(incomplete);
    this.#incomplete.set(incomplete, traces);
    return incomplete;
  }

  /** @param system the same files, read with workertop's own rights */
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
      configLines: {},
    };
    // Keep the same object if there is nothing to add: caches are keyed by its identity.
    if (this.#factRequests.configRequests(facts).length === 0) return facts;
    const requestsOf = (configLines: ProcessFacts['configLines']) =>
      this.#factRequests.configRequests({ ...facts, configLines });
    return this.#withConfigured({ ...facts, configLines: readConfigLines(requestsOf, files) }, files);
  }

  /** Adds the virtualenv that its configuration names, unless stronger evidence named one. */
  #withConfigured(facts: ProcessFacts, files: FileView): ProcessFacts {
    const path =
      facts.virtualenv === null || facts.virtualenv.evidence === 'guess' ? this.#factRequests.virtualenv(facts) : null;
    const virtualenv = path === null ? null : virtualenvAt(path, 'argv', files);
    if (virtualenv === null) return facts;
    return { ...facts, virtualenv, packages: this.#packages(virtualenv.path, facts.exe ?? facts.argv[0] ?? '', files) };
  }

  /** The namespace and the rights with which a process sees its files. */
  viewpointOf(pid: number): Viewpoint {
    return this.#viewpoints.of(pid, this.#tree.text(`${pid}/status`) ?? '');
  }

  /** Whether something is missing that could not be read without a risk: it is to be read again. */
  isHeld(facts: ProcessFacts): boolean {
    return this.#held.has(facts);
  }

  /**
   * Whether a program's title and signal handlers are unchanged: it may change both. A title that cannot be read now is
   * taken to be.
   */
  unchanged(pid: number, facts: ProcessFacts): boolean {
    this.#tree.expect([`${pid}/status`, `${pid}/cmdline`]);
    const { uid, ids, caught, ignored, blocked } = parseStatus(this.#tree.text(`${pid}/status`) ?? '');
    const sameIds = uid === facts.uid && ids === facts.ids;
    const same = sameIds && caught === facts.caught && ignored === facts.ignored && blocked === facts.blocked;
    const argv = this.#argv(pid);
    return same && (argv === null || equal(argv, facts.argv));
  }

  /** The variables that are wanted; null if reading them might block. */
  #environment(pid: number): Readonly<Record<string, string>> | null {
    const bytes = this.#tree.bytes(`${pid}/environ`, MOST_ENVIRONMENT);
    if (bytes === 'held') return null;
    return typeof bytes === 'string' ? {} : pickEnvironment(bytes, this.#variables, this.#members);
  }

  /** Null if reading them might block. */
  #argv(pid: number): readonly string[] | null {
    const bytes = this.#tree.bytes(`${pid}/cmdline`, MOST_ARGUMENTS);
    if (bytes === 'held') return null;
    return typeof bytes === 'string' ? [] : parseCmdline(bytes);
  }

  #packages(virtualenv: string | null, program: string, files: FileView): ProcessFacts['packages'] {
    const packages: Record<string, string> = {};
    if (virtualenv === null && !/\b(?:python|pypy|uwsgi)/.test(baseName(program))) return packages;
    const systemPackages = virtualenv === null || (inspectVirtualenv(virtualenv, files)?.systemPackages ?? false);
    const versions = installedVersions(virtualenv, systemPackages, files);
    for (const name of this.#factRequests.packages) {
      const version = versions.get(name);
      if (version !== undefined) packages[name] = version;
    }
    return packages;
  }
}

/** The name of a user of this machine or of a container. */
function userName(uid: number, files: FileView): string | null {
  const lines = files.lines('/etc/passwd', new RegExp(`^[^:]+:[^:]*:${uid}:`), MOST_PASSWD);
  return parsePasswd(lines?.join('\n') ?? '').get(uid) ?? null;
}

/** The directory that a virtualenv was made for: pipenv records it, and `/srv/shop/.venv` implies it. */
function projectOf({ path, evidence }: Virtualenv, files: FileView): string | null {
  if (evidence === 'guess') return null;
  return inspectVirtualenv(path, files)?.project ?? (isProjectsOwn(path) ? dirname(path) : null);
}

/** The prefix of a Python of its own, as pyenv and container images have it; null for the system's. */
function ownPrefix(exe: string | null): string | null {
  const prefix = /^(.+)\/bin\/(?:python|pypy)[\d.]*$/.exec(exe ?? '')?.[1];
  return prefix === undefined || prefix === '/usr' ? null : prefix;
}

function lowestLimit(tree: ProcTree, cgroup: string, mounts: readonly CgroupMount[]): number | null {
  const limits = limitedCgroups(tree, cgroup, mounts).flatMap((limited) => limitOf(tree, limited) ?? []);
  return limits.length === 0 ? null : Math.min(...limits);
}

function equal(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((value, index) => value === b[index]);
}
