/**
 * What was read of a machine at one time: plain, readonly, serialisable data.
 *
 * Everything downstream (model, state, view) is computed from these types alone, so a recorded
 * snapshot replays exactly as a live one. Units: bytes, seconds, clock ticks where named so.
 * Unknown is `null`, never 0.
 */

/** `pid:startTicks`. A pid alone is never an identity: pids are reused. */
export type ProcessKey = string;

export function processKey(process: { readonly pid: number; readonly startTicks: number }): ProcessKey {
  return `${process.pid}:${process.startTicks}`;
}

/**
 * How a memory figure came about: `exact` read from the kernel's smaps_rollup, `estimate` made
 * from what every user may read (resident − shared), `rss` where the source knows nothing better.
 */
export type MemoryQuality = 'exact' | 'estimate' | 'rss';

/** One reading of one process's memory. USS ≤ PSS ≤ RSS holds within a reading. Bytes. */
export interface MemoryReading {
  readonly rss: number;
  readonly pss: number | null;
  readonly uss: number | null;
  /** Proportional swap (SwapPss). */
  readonly swap: number | null;
  /** PSS by what it is of: anonymous memory, files that can be dropped, shared memory. Left out where nothing tells. */
  readonly anon?: number | null;
  readonly file?: number | null;
  readonly shmem?: number | null;
  /** What MemAvailable gains when the process ends: its own anonymous memory. Left out in old recordings. */
  readonly frees?: number | null;
  /** Huge pages of its own (Private_Hugetlb), which are in RSS, PSS and USS. */
  readonly privateHuge?: number;
  /** Huge pages that others have mapped too, all of them (Shared_Hugetlb). In none of the figures above. */
  readonly sharedHuge?: number;
  readonly quality: MemoryQuality;
  /** False once the process's RSS has moved since this reading and it waits to be read again. */
  readonly fresh: boolean;
}

/** Where a process listens, and how many connections wait there to be accepted. */
export interface Listener {
  /** `127.0.0.1:8000`, `[::]:80`, or `unix:/run/app.sock`. */
  readonly address: string;
  readonly inode: number;
  /** Connections waiting to be accepted; null where the kernel does not say. */
  readonly queue: number | null;
  /** Connections that were accepted and are open; only where that was looked at. */
  readonly open?: number;
  /** Of those, the ones on which an answer is waited for; only where that was looked at, and could be told. */
  readonly inFlight?: number;
}

export type VirtualenvEvidence = 'environ' | 'argv' | 'exe' | 'maps' | 'guess';

export interface Virtualenv {
  readonly path: string;
  /** As people call it: its directory's name, or its parent's where it is called venv, .venv or env. */
  readonly name: string;
  readonly evidence: VirtualenvEvidence;
  /** Python version from pyvenv.cfg, such as `3.11.2`. */
  readonly python: string | null;
}

/** The directory a process belongs to, and what says so. */
export interface ProjectDirectory {
  readonly path: string;
  /** The file that marks it as a project (`manage.py`, `.git` …); null when it is just the working directory. */
  readonly marker: string | null;
  /**
   * `cwd`; the command-line flag that named it, such as `--chdir`; `BUNDLE_GEMFILE`; or, where none of these says anything,
   * `virtualenv`, which is in it; `program` is where the code lies that it runs.
   */
  readonly from: string;
  /** The path by which a flag named it, where links lead from there to `path`. */
  readonly link?: string;
}

/** What its engine calls a container. */
export interface ContainerFacts {
  readonly name: string | null;
  /** Of docker compose, or the stack of a swarm. */
  readonly project: string | null;
  /** Within that, or in a pod. */
  readonly service: string | null;
}

/** What changes rarely in a process's life: read once, and again when its name changes. */
export interface ProcessFacts {
  /** The kernel's name for it, at most 15 bytes, and anything may be in it. */
  readonly comm: string;
  /** Empty for kernel threads and zombies. One element with spaces is a title set by the program. */
  readonly argv: readonly string[];
  readonly cwd: string | null;
  readonly exe: string | null;
  /** Effective. */
  readonly uid: number | null;
  /**
   * Whether real, effective, saved and file-system ids are those of one user and one group. They are mixed in a set-uid program, whose
   * title, directory and environment are its caller's. Left out where they are not known.
   */
  readonly ids?: 'one' | 'mixed';
  readonly user: string | null;
  /** Bit n−1 is signal n, signals 1 to 31 (`SigCgt`, `SigIgn`, `SigBlk` of proc_pid_status(5)). */
  readonly caught: number | null;
  readonly ignored: number | null;
  readonly blocked: number | null;
  /** Path within the cgroup hierarchy (v2, else v1's systemd or memory hierarchy). */
  readonly cgroup: string | null;
  /** The lowest limit of memory of its cgroups: its systemd unit's, its container's. Bytes; null when there is none. */
  readonly memoryLimit: number | null;
  /** Only the variables that a server definition asked for. */
  readonly environment: Readonly<Record<string, string>>;
  readonly virtualenv: Virtualenv | null;
  /** Versions of the packages a server definition asked for, by distribution name in lower case. */
  readonly packages: Readonly<Record<string, string>>;
  readonly directory: ProjectDirectory | null;
  /** `device:inode` of that directory: one and the same in all containers that have it mounted. Left out where it is not known. */
  readonly directoryIdentity?: string;
  /** Where that directory is mounted from in a container: its path in the file system that it is in. Left out where it is not. */
  readonly directorySource?: string;
  /** Left out outside of containers, and where what their engine keeps is not to be read. */
  readonly container?: ContainerFacts;
  /** Of the configuration files that a server definition asked for: the lines it asked for. */
  readonly settings: Readonly<Record<string, readonly string[]>>;
  /**
   * Left out where its files told all that was asked. `waiting`: virtualenv, packages, directory, settings and user are what is known
   * so far. `unknown`: some of them cannot be known at present.
   */
  readonly files?: 'waiting' | 'unknown';
}

/** Lines wanted from a configuration file: never the whole file, which may hold secrets. */
export interface SettingsRequest {
  /** Absolute. The last part may have `*` and `?` in it, and then stands for several files. */
  readonly path: string;
  readonly lines: RegExp;
}

/** What a master said of itself when asked over a socket of its own. */
export interface SelfReport {
  /** Clock ticks since boot when it was asked: of processes that started later it knows nothing. */
  readonly asOf: number;
  /** Its workers, with what each does, in the server's words; null where it does not tell. */
  readonly workers: readonly { readonly pid: number; readonly state: string }[] | null;
  /** The number of workers that a restart would bring; null where it does not tell. */
  readonly configured: number | null;
}

/** Where and what to ask a master. Nothing that changes anything is ever asked. */
export interface StatusRequest {
  /** `unix:/run/stats.sock`, or `tcp:127.0.0.1:1717`. */
  readonly address: string;
  /** In turn, each in a frame of gunicorn's control protocol; none where the other side speaks first, once, and closes. */
  readonly commands: readonly string[];
}

/** How a kind of server is asked. Answers are JSON, and anything may be in them. */
export interface StatusProbe {
  /** Null where there is nothing to ask. */
  request(facts: ProcessFacts, listeners: readonly Listener[]): StatusRequest | null;
  /** Whether the first answer is from this very process: another may have taken over its address. */
  isFrom(pid: number, answer: unknown): boolean;
  understand(answers: readonly unknown[]): Omit<SelfReport, 'asOf'> | null;
}

/**
 * How workers of a server are told to be idle. By `process`: its main thread sleeps in a wait that includes a listening socket.
 * By `threads`: a thread of its pool sleeps in futex(2) without a timeout, or in such a wait. By `loop`: its main thread waits for
 * events of any kind, and what it has at hand is not told. By `tasks`: it reads a pipe that its master has too.
 */
export type ActivityRule =
  | {
      readonly by: 'process' | 'tasks';
      /** An idle worker may wait for its turn, in a futex without a timeout that is shared between processes. */
      readonly takesTurns?: true;
      /** One that waits in epoll may have threads that work: only accept(2), select(2) and poll(2) tell. */
      readonly mayHaveThreads?: true;
    }
  | {
      readonly by: 'threads';
      /** Whether a thread is one of the pool. @param name the kernel's name for it @param isMain the process's first */
      pool(name: string, isMain: boolean): boolean;
      /** Threads that each process may have in its pool; null when that is not known. */
      readonly size: number | null;
      /** Whether it accepts connections before there is a thread for them. */
      readonly acceptsEarly: boolean;
    }
  | { readonly by: 'loop' };

/** What a worker, or a thread of its pool, did when it was looked at. All but `idle` is in use. */
export type Doing =
  | 'idle'
  /** Runs, or waits for a CPU. */
  | 'cpu'
  /** Reads from a connection that it has accepted, or writes to it. */
  | 'client'
  /** What that was could not be told. */
  | 'unknown'
  | Wait;

export type Wait =
  | {
      /** For the other side of a TCP or UDP socket. */
      readonly wait: 'net';
      readonly port: number;
      /** Whether that is on this machine. */
      readonly local: boolean;
      /** Left out of recordings. */
      readonly address?: string;
    }
  /** `socket`: one whose other side is not known. `unix`: a socket of this machine. `child`: a process that it has started. */
  | { readonly wait: 'socket' | 'unix' | 'pipe' | 'disk' | 'lock' | 'sleep' | 'child' | 'other' };

/** What was seen of one process. */
export interface Activity {
  readonly by: ActivityRule['by'];
  /** Of the process one, of `threads` one for each thread of its pool that has been started. */
  readonly doing: readonly Doing[];
}

/** The raw reading of one process at one time. */
export interface ProcessSample {
  readonly pid: number;
  /** Start time in clock ticks since boot: field 22 of proc_pid_stat(5). */
  readonly startTicks: number;
  readonly ppid: number;
  readonly pgrp: number;
  readonly session: number;
  /** One letter: R S D T t Z X I; `?` where the source does not tell. */
  readonly state: string;
  /** CPU time used so far, user and system, in clock ticks. */
  readonly cpuTicks: number;
  readonly memory: MemoryReading;
  /** Null when not asked for or not readable. */
  readonly listeners: readonly Listener[] | null;
  /** Left out where it was not asked, or gave no answer that makes sense. */
  readonly told?: SelfReport;
  /** Left out where it was not looked at. */
  readonly activity?: Activity;
  /** The same object from one snapshot to the next for as long as nothing in it changed. */
  readonly facts: ProcessFacts;
}

export interface HostMemory {
  readonly total: number;
  readonly free: number;
  /** What programs could still take without swapping. */
  readonly available: number;
  /** Page cache and reclaimable slab, without shared memory. */
  readonly cache: number;
  readonly swapTotal: number;
  readonly swapUsed: number;
}

/** What of the kernel's own has memory. Documentation/filesystems/proc.rst, cgroup-v2.rst and zram.rst name the files. */
export type KernelPart =
  | 'slab'
  | 'page-tables'
  | 'stacks'
  | 'per-cpu'
  | 'vmalloc'
  | 'kernel'
  | 'sockets'
  | 'locked'
  | 'swap-cache'
  | 'zram'
  | 'zswap'
  | 'balloon'
  | 'cpu-lists';

/** Where memory is, beside what is read of each process. Bytes; null where the kernel does not tell. */
export interface MemoryUse {
  /** Anonymous memory of all processes together. */
  readonly anonymous: number | null;
  /** Shared memory and files in tmpfs, whether a process has them mapped or not. */
  readonly shmem: number | null;
  /** The pool of huge pages (hugetlbfs), and what of it is in use. */
  readonly huge: { readonly total: number; readonly used: number } | null;
  /** ZFS's cache, which is no page cache, and what it does not shrink below. */
  readonly arc: { readonly size: number; readonly least: number } | null;
  /** Swap on zram: it lives in memory. */
  readonly swapInMemory: { readonly total: number; readonly used: number } | null;
  readonly kernel: Readonly<Partial<Record<KernelPart, number>>>;
}

/** A container's limit, from cgroup v1 or v2, where it is lower than the machine's memory. */
export interface MemoryLimit {
  readonly limit: number;
  /** Used within the limit, without page cache that can be dropped. */
  readonly used: number;
  /** Page cache within the limit that can be dropped. Left out in old recordings. */
  readonly cache?: number;
  readonly use?: MemoryUse;
}

/** How short of memory the machine is. The counters count from boot. */
export interface Pressure {
  /**
   * `some` and `full` of /proc/pressure/memory: the share of time, 0 to 1, in which some or all tasks waited for
   * memory, over the last 10 or 60 seconds. Null where the kernel keeps no account of it.
   */
  readonly someAvg10: number | null;
  readonly someAvg60: number | null;
  readonly fullAvg10: number | null;
  /** Bytes read from swap and written to it: `pswpin` and `pswpout` of /proc/vmstat, times the page size. */
  readonly swappedIn: number | null;
  readonly swappedOut: number | null;
  /** Processes killed for lack of memory: `oom_kill` of /proc/vmstat, from Linux 4.13 on. */
  readonly oomKills: number | null;
}

export interface HostSample {
  readonly name: string;
  readonly os: string;
  readonly cores: number;
  readonly ticksPerSecond: number;
  readonly memory: HostMemory;
  readonly cgroup: MemoryLimit | null;
  /** Left out where nothing tells: in old recordings, and without a proc tree. */
  readonly use?: MemoryUse;
  /** Null where nothing of it can be told. */
  readonly pressure: Pressure | null;
  /** 1, 5 and 15 minutes. */
  readonly load: readonly [number, number, number] | null;
}

export interface Snapshot {
  /** Wall clock, milliseconds since 1970. */
  readonly at: number;
  /** Seconds since boot: the clock for rates and ages, which never jumps. */
  readonly uptime: number;
  readonly host: HostSample;
  /** `rss` when the source can tell nothing better of any process, and shares are shares of RSS. */
  readonly accounting: 'pss' | 'rss';
  /** Without kernel threads. */
  readonly processes: readonly ProcessSample[];
  readonly kernelThreads: number;
  /** The reader's own pid, so that it does not count itself into a project; null in a recording. */
  readonly self: number | null;
  /** Whether there are processes that this user may not even see (hidepid of proc(5)). */
  readonly othersHidden?: boolean;
  /** Directories of mounts that do not answer: what lies there is unknown. */
  readonly silentMounts?: readonly string[];
}
