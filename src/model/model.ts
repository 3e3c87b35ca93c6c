import type {
  Claim,
  ConfiguredWorkers,
  MostWorkers,
  Pool,
  Role,
  Scaling,
  ServerDefinition,
} from '../servers/definition.ts';
import type { KernelPart, Listener, ProcessKey, ProcessSample, Virtualenv } from '../snapshot.ts';
import type { ServerActivity } from './activity/in-use.ts';

/** Memory of a process, or the sum of several, in bytes. */
export interface Memory {
  /** For groups a plain sum, which counts shared pages several times. */
  readonly rss: number;
  readonly pss: number | null;
  readonly uss: number | null;
  readonly swap: number | null;
  /** The parts of PSS: anonymous memory, file pages, which can be dropped, and shared memory. */
  readonly anon: number | null;
  readonly file: number | null;
  readonly shmem: number | null;
  /** What MemAvailable gains when it ends. */
  readonly frees: number | null;
  /** The figure for shares and bars: PSS, null until it was read; RSS if the source knows RSS only. */
  readonly counted: number | null;
  /** `counted` as a fraction of the memory total, 0 to 1. */
  readonly share: number | null;
  /** Whether every figure was read from the kernel, none estimated. */
  readonly exact: boolean;
  /** Whether no figure waits to be read again. */
  readonly fresh: boolean;
}

export interface ProcessNode {
  readonly key: ProcessKey;
  readonly pid: number;
  readonly sample: ProcessSample;
  /** Null for a process outside servers. */
  readonly role: Role | null;
  readonly memory: Memory;
  /** Fraction of one core since the last snapshot; null in the first one. */
  readonly cpu: number | null;
  /** CPU time since its start, user and system, in seconds. */
  readonly cpuSeconds: number;
  /** Start time in seconds since boot. */
  readonly startedAt: number;
  /** Its command line or title with secrets masked; it may contain control characters. */
  readonly command: string;
  /** Whether recognition took too long, so that it may be a server. */
  readonly unrecognised: boolean;
}

export interface Workers {
  readonly current: number;
  readonly configured: ConfiguredWorkers;
  /** The fewest workers that a trim leaves: the server's own floor, and at least 1. */
  readonly floor: number;
  /** The most workers that it would run, and what limits them; null if unknown or unlimited. */
  readonly most: MostWorkers | null;
}

/** How a server scales: by TTIN and TTOU, by its master's FIFO, by a command, or not at all while it runs. */
export type ScalingMethod = Scaling['method'];

/** Whether workertop can scale a server now; if not, why one worker fewer and one more cannot be had, as sentences. */
export type ScalingAnswer =
  | {
      readonly method: Exclude<ScalingMethod, 'none'>;
      readonly available: true;
      readonly reason: null;
      readonly reasonToAdd: null;
    }
  | {
      readonly method: ScalingMethod;
      readonly available: false;
      readonly reason: string;
      readonly reasonToAdd: string;
    };

export interface Server {
  /** The identity of its head process, with the app's name for a managed app. */
  readonly key: ProcessKey;
  readonly definition: ServerDefinition;
  /** What its head process, or the first process of its app, was recognised as. */
  readonly claim: Claim;
  readonly kind: string;
  /** The name of the app, if its head manages several apps; else null. */
  readonly managed: string | null;
  readonly version: string | null;
  readonly app: string | null;
  /** What distinguishes it from others of its kind. */
  readonly remark: string | null;
  /** Its names among others of its kind, such as that of a celery node and those of its queues. */
  readonly names: readonly string[];
  /** Its systemd unit, supervisord program, Procfile or container, as a phrase; null if unknown. */
  readonly startedBy: string | null;
  readonly bind: readonly string[];
  readonly listeners: readonly Listener[] | null;
  /**
   * Connections waiting to be accepted, over all its listeners, or accepted and waiting for a thread; null if unknown.
   */
  readonly queue: number | null;
  /** What its workers are doing; null if unknown for its kind. */
  readonly activity: ServerActivity | null;
  readonly workers: Workers;
  /** Its kinds of workers, if there are several. */
  readonly pools: readonly Pool[];
  /** Seconds since its code was changed, if that was after its newest worker started; null if not, or unknown. */
  readonly newerCode: number | null;
  readonly scaling: ScalingAnswer;
  readonly memory: Memory;
  readonly cpu: number | null;
  /** The process that starts and stops its workers, or its only process. */
  readonly head: ProcessNode;
  /** Its head first, unless that manages several apps; then workers, oldest first; then others. */
  readonly processes: readonly ProcessNode[];
}

/** The process that a server's row also stands for; null for a managed app. */
export function ownHead({ managed, head }: Server): ProcessNode | null {
  return managed === null ? head : null;
}

/** Names a server among others of its kind: `gunicorn 9542`, `pm2 shop`. */
export function serverTitle({ definition, managed, head }: Server): string {
  return `${definition.label} ${managed ?? head.pid}`;
}

/** Why a server cannot have this many workers, as a sentence; null if it can. */
export function beyondMost(server: Server, target: number): string | null {
  const { most, current } = server.workers;
  if (most === null || target <= most.count || target <= current) return null;
  return `${serverTitle(server)} runs ${most.count} workers at most, by ${most.by}.`;
}

export interface Project {
  /** Stable from one snapshot to the next: `dir:/home/projects/project1`. */
  readonly id: string;
  /** Unique among the projects of a model. */
  readonly name: string;
  /** Whether only a number distinguishes the name, which another project may have tomorrow. */
  readonly numbered: boolean;
  readonly directory: string | null;
  readonly virtualenv: Virtualenv | null;
  /** Why these processes are one project, as a phrase. */
  readonly evidence: string;
  /** The lowest memory limit of its servers' cgroups, if lower than the memory total, in bytes. */
  readonly memoryLimit: number | null;
  readonly memory: Memory;
  readonly cpu: number | null;
  readonly servers: readonly Server[];
  /** Processes of the project that belong to no server. */
  readonly processes: readonly ProcessNode[];
}

/** Everything outside projects. */
export interface SystemGroup {
  readonly memory: Memory;
  readonly cpu: number | null;
  readonly processes: readonly ProcessNode[];
}

/** How short of memory the machine is. */
export interface HostPressure {
  /** Fractions of time in which some or all tasks waited for memory, over the last 10 or 60 seconds. */
  readonly someAvg10: number | null;
  readonly someAvg60: number | null;
  readonly fullAvg10: number | null;
  /** Bytes per second since the last snapshot; null in the first one. */
  readonly swapIn: number | null;
  readonly swapOut: number | null;
  /** Processes killed since boot because memory was full. */
  readonly oomKills: number | null;
}

export interface HostModel {
  readonly name: string;
  readonly os: string;
  readonly cores: number;
  readonly uptime: number;
  readonly memory: {
    /** The total that shares refer to. */
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
    /** The part of swap that is in memory, on zram; null if there is none. */
    readonly inMemory: { readonly total: number; readonly used: number } | null;
  };
  readonly pressure: HostPressure | null;
  readonly load: readonly [number, number, number] | null;
  /** `2 × cores + 1`, which gunicorn suggests starting with. */
  readonly recommendedWorkers: number;
}

/** What a part of the memory belongs to. */
export type PartKind =
  | 'project'
  | 'system'
  | 'unread'
  | 'shmem'
  | 'huge'
  | 'arc'
  | KernelPart
  | 'cache'
  | 'slab-cache'
  | 'kept-cache'
  | 'free'
  | 'reserve'
  | 'others'
  | 'unexplained';

/** A part of the memory and its owner, in bytes. */
export interface MemoryPart {
  readonly kind: PartKind;
  /** In words; it may contain control characters. */
  readonly name: string;
  readonly bytes: number;
  /** The part that can be dropped when programs need memory: it counts as available. */
  readonly droppable: number;
  /** The name of its project; null if none. */
  readonly project: string | null;
}

/** Where the memory is: parts that add up to the total. */
export interface MemoryMap {
  /** The machine's memory, or the limit if that is lower: the total that shares refer to. */
  readonly total: number;
  readonly parts: readonly MemoryPart[];
}

/** How many processes have exact memory figures. */
export interface Coverage {
  readonly processes: number;
  readonly exact: number;
  /** How many of the others root could read, and this user may not. */
  readonly rootOnly: number;
  /** Whether other users' processes are hidden. */
  readonly hidden: boolean;
}

/** The machine as servers and projects. Computed from snapshots alone. */
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
  /** Whether answers about files are missing that decide about projects and virtualenvs. */
  readonly incomplete: boolean;
  /** Largest first. */
  readonly projects: readonly Project[];
  readonly system: SystemGroup;
  /** Null if the source does not report it. */
  readonly memoryMap: MemoryMap | null;
}
