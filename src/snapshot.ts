/**
 * What was read of a machine at one time: plain, readonly, serialisable data. Everything downstream (model, state,
 * view) is computed from these types alone, so a recorded snapshot replays exactly as a live one does. Units: bytes,
 * seconds, or clock ticks where the name says so. Unknown is `null`, never 0.
 */

/** `pid:startTicks`. A pid alone is never an identity: pids are reused. */
export type ProcessKey = string;

/** The identity of a process as text: its pid and its start time. */
export function processKey(process: { readonly pid: number; readonly startTicks: number }): ProcessKey {
  return `${process.pid}:${process.startTicks}`;
}

/**
 * How a memory figure was obtained. `exact`: from the kernel's smaps_rollup. `estimate`: resident minus shared memory,
 * which every user may read. `rss`: the source knows nothing better.
 */
export type MemoryQuality = 'exact' | 'estimate' | 'rss';

/** One reading of one process's memory, in bytes. USS ≤ PSS ≤ RSS holds within a reading. */
export interface MemoryReading {
  readonly rss: number;
  readonly pss: number | null;
  readonly uss: number | null;
  /** Proportional swap (SwapPss). */
  readonly swap: number | null;
  /** The parts of PSS: anonymous memory, file pages that can be dropped, shared memory. Left out if unknown. */
  readonly anon?: number | null;
  readonly file?: number | null;
  readonly shmem?: number | null;
  /** File pages in PSS that cannot be dropped while the process keeps them locked (mlock(2)). Left out if there are none. */
  readonly lockedFile?: number;
  /** Anonymous pages that may be freed lazily (MADV_FREE): `file` has them, `anon` has not. Left out if there are none. */
  readonly lazyFree?: number;
  /** How much MemAvailable grows when the process ends: its own anonymous memory, locked files, page tables and kernel stacks. Left out in old recordings. */
  readonly frees?: number | null;
  /** Huge pages that only this process maps (Private_Hugetlb). RSS, PSS and USS include them. */
  readonly privateHuge?: number;
  /** Huge pages that other processes map too (Shared_Hugetlb), counted in full. No figure above includes them. */
  readonly sharedHuge?: number;
  readonly quality: MemoryQuality;
  /** False if the process's RSS has changed since this reading, and it will be read again. */
  readonly fresh: boolean;
}

/** An address where a process listens, and how many connections wait there to be accepted. */
export interface Listener {
  /** `127.0.0.1:8000`, `[::]:80`, or `unix:/run/app.sock`. */
  readonly address: string;
  readonly inode: number;
  /** Connections waiting to be accepted; null if the kernel does not report it. */
  readonly queue: number | null;
  /** Connections that were accepted and are open; left out if they were not counted. */
  readonly open?: number;
  /** Connections that it closed in the last minute; left out if they were not counted. */
  readonly closed?: number;
  /** Open connections whose client waits for an answer; left out if they were not counted. */
  readonly inFlight?: number;
}

/** Connections that were accepted and are open, of all listeners together; null if they were not all counted. */
export function acceptedBy(listeners: readonly Listener[] | null): number | null {
  if (listeners === null || listeners.length === 0) return null;
  let sum = 0;
  for (const { open } of listeners) {
    if (open === undefined) return null;
    sum += open;
  }
  return sum;
}

export type VirtualenvEvidence = 'environ' | 'argv' | 'exe' | 'maps' | 'guess';

export interface Virtualenv {
  readonly path: string;
  /** The directory's name, or its parent's if the directory is called venv, .venv or env. */
  readonly name: string;
  readonly evidence: VirtualenvEvidence;
  /** Python version from pyvenv.cfg, such as `3.11.2`. */
  readonly python: string | null;
}

/** The directory that a process belongs to, and the evidence for it. */
export interface ProjectDirectory {
  readonly path: string;
  /** The file that marks it as a project (`manage.py`, `.git` …); null if it is only the working directory. */
  readonly marker: string | null;
  /**
   * What named it: `cwd`, a command-line flag such as `--chdir`, `BUNDLE_GEMFILE`, `program` (where its code lies), or
   * else `virtualenv` (which lies there).
   */
  readonly from: string;
  /** The path by which a flag named it, if links lead from there to `path`. */
  readonly link?: string;
}

/** The names that a container has in its engine. */
export interface ContainerFacts {
  readonly name: string | null;
  /** The project of docker compose, or the stack of a swarm. */
  readonly project: string | null;
  /** The service in that project, or the container in a pod. */
  readonly service: string | null;
}

/** The part of a sample that rarely changes: read once, and again when the process's name changes. */
export interface ProcessFacts {
  /** The kernel's name of the process: at most 15 bytes, any characters. */
  readonly comm: string;
  /** Empty for kernel threads and zombies. A single element with spaces is a title that the program has set. */
  readonly argv: readonly string[];
  readonly cwd: string | null;
  readonly exe: string | null;
  /** Effective user id. */
  readonly uid: number | null;
  /**
   * `one` if real, effective, saved and file-system ids are one user's and one group's. `mixed` in a set-uid program,
   * whose title, directory and environment are its caller's. Left out if unknown.
   */
  readonly ids?: 'one' | 'mixed';
  readonly user: string | null;
  /** Bit n−1 stands for signal n, of signals 1 to 31 (`SigCgt`, `SigIgn`, `SigBlk` of proc_pid_status(5)). */
  readonly caught: number | null;
  readonly ignored: number | null;
  readonly blocked: number | null;
  /** Path within the cgroup hierarchy (v2, else v1's systemd or memory hierarchy). */
  readonly cgroup: string | null;
  /** The lowest memory limit of its cgroups (systemd unit, container), in bytes; null if there is none. */
  readonly memoryLimit: number | null;
  /** Only the variables that a server definition asks for. */
  readonly environment: Readonly<Record<string, string>>;
  readonly virtualenv: Virtualenv | null;
  /** Versions of the packages that a server definition asks for, by distribution name in lower case. */
  readonly packages: Readonly<Record<string, string>>;
  readonly directory: ProjectDirectory | null;
  /** `device:inode` of that directory, the same in all containers that mount it. Left out if unknown. */
  readonly directoryIdentity?: string;
  /** In a container: the path that it is mounted from, in its file system. Left out if not mounted. */
  readonly directorySource?: string;
  /** Left out outside containers, and if the engine's files cannot be read. */
  readonly container?: ContainerFacts;
  /** By path: the lines of configuration files that a server definition asks for. */
  readonly configLines: Readonly<Record<string, readonly string[]>>;
  /**
   * Left out if every question about its files was answered. `waiting`: some answers are still to come, so virtualenv,
   * packages, directory, settings and user are incomplete. `unknown`: some cannot be had at present.
   */
  readonly files?: 'waiting' | 'unknown';
}

/** What a master reported about itself over its own socket. */
export interface SelfReport {
  /** When it was asked, in clock ticks since boot. It knows nothing of processes started later. */
  readonly asOf: number;
  /** Its workers, each with its state in the server's own words; null if it does not list them. */
  readonly workers: readonly { readonly pid: number; readonly state: string }[] | null;
  /** The number of workers after a restart; null if it does not report it. */
  readonly configured: number | null;
}

/** What a worker, or a thread of its pool, was doing when looked at. All but `idle` count as in use. */
export type Doing =
  | 'idle'
  /** Runs, or waits for a CPU. */
  | 'cpu'
  /** Reads from an accepted connection, or writes to it. */
  | 'client'
  /** Could not be found out. */
  | 'unknown'
  | Wait;

export type Wait =
  | {
      /** Waits for the other side of a TCP or UDP socket. */
      readonly wait: 'net';
      readonly port: number;
      /** Whether the other side is on this machine. */
      readonly local: boolean;
      /** Left out of recordings. */
      readonly address?: string;
    }
  /** `socket`: the other side is unknown. `unix`: a socket of this machine. `child`: a process that it started. */
  | { readonly wait: 'socket' | 'unix' | 'pipe' | 'disk' | 'lock' | 'sleep' | 'child' | 'other' };

/** What tells that a worker is idle: `ActivityRule` of probes.ts explains each. */
export type ActivityKind = 'process' | 'tasks' | 'threads' | 'loop';

/** What one worker was doing at a reading. */
export interface Activity {
  readonly by: ActivityKind;
  /** One for the process; with `threads`, one for each thread of its pool that has been started. */
  readonly doing: readonly Doing[];
}

/** The letters for a process's state in proc_pid_stat(5); `?` for another letter, or if the source reports none. */
export const processStates = ['R', 'S', 'D', 'T', 't', 'Z', 'X', 'I', '?'] as const;

export type ProcessState = (typeof processStates)[number];

/** One reading of one process. */
export interface ProcessSample {
  readonly pid: number;
  /** Start time in clock ticks since boot: field 22 of proc_pid_stat(5). */
  readonly startTicks: number;
  readonly ppid: number;
  readonly pgrp: number;
  readonly session: number;
  readonly state: ProcessState;
  /** CPU time used so far, user and system, in clock ticks. */
  readonly cpuTicks: number;
  readonly memory: MemoryReading;
  /** Null if not requested or not readable. */
  readonly listeners: readonly Listener[] | null;
  /** Left out if it was not asked, or its answer made no sense. */
  readonly selfReport?: SelfReport;
  /** Left out if it was not looked at. */
  readonly activity?: Activity;
  /** When the code that a new worker would load last changed, in ms since 1970. Left out if not looked at. */
  readonly codeChangedAt?: number;
  /** The same object from one snapshot to the next while nothing in it changes. */
  readonly facts: ProcessFacts;
}

export interface HostMemory {
  readonly total: number;
  readonly free: number;
  /** Memory that programs can still take without swapping. */
  readonly available: number;
  /** Page cache and reclaimable slab, without shared memory. */
  readonly cache: number;
  readonly swapTotal: number;
  readonly swapUsed: number;
}

/** Parts of the kernel's own memory. Documentation/filesystems/proc.rst, cgroup-v2.rst and zram.rst name the files. */
export type KernelPart =
  | 'slab'
  | 'page-tables'
  | 'stacks'
  | 'per-cpu'
  | 'vmalloc'
  | 'boot-tables'
  | 'kernel'
  | 'sockets'
  | 'locked'
  | 'swap-cache'
  | 'zram'
  | 'zswap'
  | 'balloon'
  | 'cpu-lists';

/** Where memory is, apart from the readings of single processes. Bytes; null if the kernel does not report it. */
export interface MemoryUse {
  /** Anonymous memory of all processes together. */
  readonly anonymous: number | null;
  /** Shared memory and files in tmpfs, mapped or not. */
  readonly shmem: number | null;
  /** The pool of huge pages (hugetlbfs), and how much of it is in use. */
  readonly huge: { readonly total: number; readonly used: number } | null;
  /** ZFS's cache, which is not page cache, and the size that it does not shrink below. */
  readonly arc: { readonly size: number; readonly least: number } | null;
  /** Swap on zram, which is in memory. */
  readonly swapInMemory: { readonly total: number; readonly used: number } | null;
  /** Free memory that programs never get. MemAvailable leaves it out. Left out if unknown. */
  readonly reserve?: number;
  /** Names, inodes and other objects of the kernel that can be dropped (reclaimable slab): a part of `cache`. Left out if unknown. */
  readonly slabCache?: number;
  readonly kernel: Readonly<Partial<Record<KernelPart, number>>>;
}

/** A container's limit, from cgroup v1 or v2, if it is lower than the machine's memory. */
export interface MemoryLimit {
  readonly limit: number;
  /** Used within the limit, without page cache that can be dropped. */
  readonly used: number;
  /** Page cache within the limit that can be dropped. Left out in old recordings. */
  readonly cache?: number;
  /** What the limits above it leave, if that is less than its own rest. */
  readonly left?: number;
  /** Swap that may be used, null for as much as the machine has, and that is used. Left out if it is not counted. */
  readonly swap?: { readonly most: number | null; readonly used: number };
  readonly use?: MemoryUse;
}

/** How short of memory the machine is. The counters count from boot. */
export interface Pressure {
  /**
   * `some` and `full` of /proc/pressure/memory: the fraction of time in which some or all tasks waited for memory, over
   * the last 10 or 60 seconds. Null if the kernel does not record it.
   */
  readonly someAvg10: number | null;
  readonly someAvg60: number | null;
  readonly fullAvg10: number | null;
  /** Bytes read from swap and written to it: `pswpin` and `pswpout` of /proc/vmstat, times the page size. */
  readonly swappedIn: number | null;
  readonly swappedOut: number | null;
  /** Processes killed because memory was full: `oom_kill` of /proc/vmstat, since Linux 4.13. */
  readonly oomKills: number | null;
}

export interface HostSample {
  readonly name: string;
  readonly os: string;
  readonly cores: number;
  readonly ticksPerSecond: number;
  readonly memory: HostMemory;
  readonly cgroup: MemoryLimit | null;
  /** Left out in old recordings, and without a proc tree. */
  readonly use?: MemoryUse;
  /** Null if none of it is known. */
  readonly pressure: Pressure | null;
  /** Averages over 1, 5 and 15 minutes. */
  readonly load: readonly [number, number, number] | null;
}

export interface Snapshot {
  /** Wall clock, milliseconds since 1970. */
  readonly at: number;
  /** Seconds since boot: the clock for rates and ages, which never jumps. */
  readonly uptime: number;
  readonly host: HostSample;
  /** `rss` if the source knows RSS only. Shares are then shares of RSS. */
  readonly accounting: 'pss' | 'rss';
  /** Without kernel threads. */
  readonly processes: readonly ProcessSample[];
  readonly kernelThreads: number;
  /** The reader's own pid, so that it does not count itself into a project; null in a recording. */
  readonly self: number | null;
  /** Whether this user cannot see all processes (hidepid of proc(5)). */
  readonly othersHidden?: boolean;
  /** Directories of mounts that do not answer. Files below them are unknown. */
  readonly silentMounts?: readonly string[];
}
