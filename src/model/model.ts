import type { Claim, ConfiguredWorkers, MostWorkers, Pool, Role, ServerDefinition } from '../servers/definition.ts';
import type { KernelPart, Listener, ProcessKey, ProcessSample, Virtualenv } from '../snapshot.ts';
import type { ServerActivity } from './activity/in-use.ts';

/** Memory of a process, or the sum over several. Bytes. */
export interface Memory {
  /** Of one process only as good as RSS is; of a group a plain sum that counts shared pages many times. */
  readonly rss: number;
  readonly pss: number | null;
  readonly uss: number | null;
  readonly swap: number | null;
  /** PSS by what it is of: anonymous memory, files, whose pages can be dropped, and shared memory. */
  readonly anon: number | null;
  readonly file: number | null;
  readonly shmem: number | null;
  /** What MemAvailable gains when it ends. */
  readonly frees: number | null;
  /** What counts for shares and bars: PSS, null while it is not read; or RSS where the source knows nothing better. */
  readonly counted: number | null;
  /** `counted` as a fraction of the memory total, 0 to 1. */
  readonly share: number | null;
  /** Every figure read from the kernel, none estimated. */
  readonly exact: boolean;
  /** No figure waits to be read again. */
  readonly fresh: boolean;
}

export interface ProcessNode {
  readonly key: ProcessKey;
  readonly pid: number;
  readonly sample: ProcessSample;
  /** Null for a process that is no part of a server. */
  readonly role: Role | null;
  readonly memory: Memory;
  /** Fraction of one core since the last snapshot; null on the first. */
  readonly cpu: number | null;
  /** CPU time used since it started, user and system. Seconds. */
  readonly cpuSeconds: number;
  /** When it started, in seconds since boot. */
  readonly startedAt: number;
  /** Its command line or title, secrets masked; control characters may be in it. */
  readonly command: string;
  /** Whether it is not known if it is a server, since to tell took too long. */
  readonly unrecognised: boolean;
}

export interface Workers {
  readonly current: number;
  readonly configured: ConfiguredWorkers;
  /** The fewest that a trim goes down to: the server's own floor, and never below 1. */
  readonly floor: number;
  /** The most that it would run, and what says so; null when that is not known, or has no end. */
  readonly most: MostWorkers | null;
}

export interface ScalingAnswer {
  /** By TTIN and TTOU, by its master's FIFO, by a command of its own, or not at all while it runs. */
  readonly method: 'signal' | 'fifo' | 'command' | 'none';
  readonly available: boolean;
  /** A sentence when not available. */
  readonly reason: string | null;
}

export interface Server {
  /** The identity of its head process, and of its app where that is one of several. */
  readonly key: ProcessKey;
  readonly definition: ServerDefinition;
  /** What its head process, or the first of its app, says of itself. */
  readonly claim: Claim;
  readonly kind: string;
  /** The name of its app, where its head manages several and is part of none of them; else null. */
  readonly managed: string | null;
  readonly version: string | null;
  readonly app: string | null;
  /** What sets it apart from others of its kind. */
  readonly remark: string | null;
  /** Its systemd unit, its program of supervisord, its Procfile, its container: a phrase; null where nothing tells. */
  readonly startedBy: string | null;
  readonly bind: readonly string[];
  readonly listeners: readonly Listener[] | null;
  /** Connections that wait to be accepted, over all its listeners, or that it has accepted and no thread has taken; null when unknown. */
  readonly queue: number | null;
  /** What its workers do; null where that is not known of its kind. */
  readonly activity: ServerActivity | null;
  readonly workers: Workers;
  /** Where its workers are of several kinds. */
  readonly pools: readonly Pool[];
  readonly scaling: ScalingAnswer;
  readonly memory: Memory;
  readonly cpu: number | null;
  /** What adds and ends its workers, or the only one. */
  readonly head: ProcessNode;
  /** Its head first, unless that manages several apps; then workers oldest first, then the rest. */
  readonly processes: readonly ProcessNode[];
}

/** The process that a server's row stands for too; null where its head is not its own. */
export function ownHead({ managed, head }: Server): ProcessNode | null {
  return managed === null ? head : null;
}

/** What tells a server from others of its kind: `gunicorn 9542`, `pm2 shop`. */
export function serverTitle({ definition, managed, head }: Server): string {
  return `${definition.label} ${managed ?? head.pid}`;
}

/** Why a server cannot have so many workers, as a sentence; null when it can. */
export function beyondMost(server: Server, target: number): string | null {
  const { most, current } = server.workers;
  if (most === null || target <= most.count || target <= current) return null;
  return `${serverTitle(server)} runs ${most.count} workers at most, by ${most.by}.`;
}

export interface Project {
  /** Stable from one snapshot to the next: `dir:/home/projects/project1`. */
  readonly id: string;
  /** Distinct among the projects of a model. */
  readonly name: string;
  /** Whether only a number sets the name apart from another's: it may be that one's tomorrow. */
  readonly numbered: boolean;
  readonly directory: string | null;
  readonly virtualenv: Virtualenv | null;
  /** Why these processes are one project: a phrase for the details. */
  readonly evidence: string;
  /** The lowest limit of memory of its servers' cgroups, where that is lower than the memory total. Bytes. */
  readonly memoryLimit: number | null;
  readonly memory: Memory;
  readonly cpu: number | null;
  readonly servers: readonly Server[];
  /** Processes of the project that are no part of a server. */
  readonly processes: readonly ProcessNode[];
}

/** Everything that is no project's. */
export interface SystemGroup {
  readonly memory: Memory;
  readonly cpu: number | null;
  readonly processes: readonly ProcessNode[];
}

/** How short of memory the machine is. */
export interface HostPressure {
  /** Shares of time, 0 to 1, in which some or all tasks waited for memory, over the last 10 or 60 seconds. */
  readonly someAvg10: number | null;
  readonly someAvg60: number | null;
  readonly fullAvg10: number | null;
  /** Bytes per second since the last snapshot; null on the first. */
  readonly swapIn: number | null;
  readonly swapOut: number | null;
  /** Processes killed for lack of memory since boot. */
  readonly oomKills: number | null;
}

export interface HostModel {
  readonly name: string;
  readonly os: string;
  readonly cores: number;
  readonly uptime: number;
  readonly memory: {
    /** What shares are shares of. */
    readonly total: number;
    readonly limitedBy: 'MemTotal' | 'cgroup' | 'option';
    readonly used: number;
    /** `used` as a fraction of `total`. */
    readonly usedShare: number;
    readonly available: number;
    readonly free: number;
    readonly cache: number;
  };
  readonly swap: {
    readonly total: number;
    readonly used: number;
    /** What of it lives in memory, on zram; null where none does. */
    readonly inMemory: { readonly total: number; readonly used: number } | null;
  };
  readonly pressure: HostPressure | null;
  readonly load: readonly [number, number, number] | null;
  /** `2 × cores + 1`: gunicorn's advice for where to start. */
  readonly recommendedWorkers: number;
}

/** What a part of the memory is of. */
export type PartKind =
  | 'project'
  | 'system'
  | 'unread'
  | 'shmem'
  | 'huge'
  | 'arc'
  | KernelPart
  | 'cache'
  | 'free'
  | 'reserve'
  | 'others'
  | 'unexplained';

/** Some of the memory, by who or what has it. Bytes. */
export interface MemoryPart {
  readonly kind: PartKind;
  /** In words; control characters may be in it. */
  readonly name: string;
  readonly bytes: number;
  /** What of it can be dropped when programs want it: it counts as available. */
  readonly droppable: number;
  /** Of a project. */
  readonly project: string | null;
}

/** Where the memory is: parts that add up to the total. */
export interface MemoryMap {
  /** The machine's memory, or the limit where that is lower: whatever shares are counted of. */
  readonly total: number;
  readonly parts: readonly MemoryPart[];
}

/** How many of the processes have exact memory figures. */
export interface Coverage {
  readonly processes: number;
  readonly exact: number;
  /** Of the others, those whose figures root could read, and this user may not. */
  readonly rootOnly: number;
  /** Whether other users' processes are not to be seen at all. */
  readonly hidden: boolean;
}

/** The machine as people think of it. Computed from snapshots alone. */
export interface Model {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Seconds since boot. */
  readonly uptime: number;
  readonly accounting: 'pss' | 'rss';
  readonly host: HostModel;
  readonly coverage: Coverage;
  /** Directories of mounts that do not answer. */
  readonly silentMounts: readonly string[];
  /** Whether files that decide over projects and virtualenvs are still to answer. */
  readonly incomplete: boolean;
  /** Largest first. */
  readonly projects: readonly Project[];
  readonly system: SystemGroup;
  /** Null where the source tells nothing of it. */
  readonly memoryMap: MemoryMap | null;
}
