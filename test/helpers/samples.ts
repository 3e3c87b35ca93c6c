import type {
  HostSample,
  MemoryReading,
  ProcessFacts,
  ProcessSample,
  ProjectDirectory,
  Snapshot,
  Virtualenv,
} from '../../src/snapshot.ts';

export const MB = 1024 * 1024;
export const GB = 1024 * MB;

/** `SigCgt` as measured on real servers. */
export const caught = {
  none: 0,
  gunicornMaster: 0x8314a07,
  gunicornWorker: 0x8304226,
  /** celery's MainProcess: HUP INT QUIT USR1 TERM. */
  celeryMain: 0x4207,
  /** A child of celery's prefork pool: USR2. */
  celeryPoolChild: 0x800,
  /** The beat child of `celery worker -B`: INT USR2. */
  celeryBeatChild: 0x802,
} as const;

/** `SigIgn` as measured on real servers. */
export const ignored = {
  /** A child of celery's prefork pool: INT. */
  celeryPoolChild: 0x2,
} as const;

export type SampleOptions = Partial<Omit<ProcessSample, 'pid' | 'memory' | 'facts'>> & { readonly pid: number } & {
  readonly memory?: Partial<MemoryReading>;
  /** Used as it is, so that two samples can share one object as they do from one reading to the next. */
  readonly facts?: ProcessFacts;
} & Partial<ProcessFacts>;

/** One process, of which a test states only what matters to it. */
export function sample(options: SampleOptions): ProcessSample {
  return {
    pid: options.pid,
    startTicks: options.startTicks ?? options.pid * 100,
    ppid: options.ppid ?? 1,
    pgrp: options.pgrp ?? options.pid,
    session: options.session ?? options.pid,
    state: options.state ?? 'S',
    cpuTicks: options.cpuTicks ?? 0,
    memory: memory(options.memory),
    listeners: options.listeners ?? null,
    ...(options.selfReport ? { selfReport: options.selfReport } : {}),
    ...(options.activity ? { activity: options.activity } : {}),
    facts: options.facts ?? facts(options),
  };
}

/** Exact figures unless told otherwise: RSS 10, PSS 8 and USS 6 MB. */
export function memory(options: Partial<MemoryReading> = {}): MemoryReading {
  return { rss: 10 * MB, pss: 8 * MB, uss: 6 * MB, swap: 0, quality: 'exact', fresh: true, ...options };
}

export function facts(options: Partial<ProcessFacts> = {}): ProcessFacts {
  const { argv = ['program'], cwd = '/', exe = null, uid = 1000, user = 'web' } = options;
  const { caught = 0, ignored = 0, blocked = 0, cgroup = null, memoryLimit = null } = options;
  const {
    ids = 'one',
    environment = {},
    virtualenv = null,
    packages = {},
    directory = null,
    configLines = {},
  } = options;
  const comm = options.comm ?? (argv[0] ?? '').replace(/^.*\//, '').slice(0, 15);
  return {
    comm,
    argv,
    cwd,
    exe,
    uid,
    ids,
    user,
    caught,
    ignored,
    blocked,
    cgroup,
    memoryLimit,
    environment,
    virtualenv,
    packages,
    directory,
    ...(options.directoryIdentity === undefined ? {} : { directoryIdentity: options.directoryIdentity }),
    ...(options.directorySource === undefined ? {} : { directorySource: options.directorySource }),
    ...(options.container === undefined ? {} : { container: options.container }),
    configLines,
  };
}

/** A virtualenv named after its directory. */
export function virtualenv(path: string, options: Partial<Virtualenv> = {}): Virtualenv {
  return { path, name: path.replace(/^.*\//, ''), evidence: 'argv', python: '3.11.2', ...options };
}

/** A Django project's directory unless told otherwise. */
export function directory(path: string, options: Partial<ProjectDirectory> = {}): ProjectDirectory {
  return { path, marker: 'manage.py', from: 'cwd', ...options };
}

/** A machine with 2 cores and 1.5 GB, 1 GB of it used. */
export function host(options: Partial<HostSample> = {}): HostSample {
  return {
    name: 'vps1',
    os: 'Debian GNU/Linux 12',
    cores: 2,
    ticksPerSecond: 100,
    memory: {
      total: 1536 * MB,
      free: 300 * MB,
      available: 512 * MB,
      cache: 250 * MB,
      swapTotal: GB,
      swapUsed: 200 * MB,
    },
    cgroup: null,
    pressure: null,
    load: [0.42, 0.38, 0.31],
    ...options,
  };
}

export function snapshot(
  processes: readonly ProcessSample[],
  options: Partial<Omit<Snapshot, 'processes'>> = {},
): Snapshot {
  return {
    at: Date.UTC(2026, 10, 23, 3),
    uptime: 100_000,
    host: host(),
    accounting: 'pss',
    kernelThreads: 60,
    self: null,
    ...options,
    processes,
  };
}
