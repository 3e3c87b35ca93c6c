import { mayWaitInside } from './model/activity/in-use.ts';
import { buildModel, type ModelOptions } from './model/build.ts';
import type { Model, ProcessNode, Project, Server } from './model/model.ts';
import { undecided } from './recognise/recognise.ts';
import type { Snapshot } from './snapshot.ts';
import type { ActivityRequest, ReadHints, Source } from './source/source.ts';
import { portOf } from './text/port-of.ts';

/** CPU times are counted in ticks of 10 ms: rates over fewer seconds than this would be noise. */
const SHORTEST_RATE_INTERVAL = 0.9;

/** Seconds between two counts of the connections that servers have closed, each of which is of a minute. */
const COUNT_CLOSED_EVERY = 20;

export interface ObserveOptions {
  /** Longest time to spend on reading PSS, in seconds. */
  readonly memoryBudget: number;
  /** Pids whose memory must be fresh. */
  readonly watch: ReadonlySet<number>;
  /** Whether to count the open connections of servers. */
  readonly connections?: boolean;
  /** Longest time to wait for files, in seconds. Default 0. */
  readonly patience?: number;
}

/**
 * Reads a source repeatedly and makes a model of each snapshot. Each model tells the next reading what to read first:
 * the memory of projects and the sockets of servers.
 */
export class Observer {
  readonly #source: Source;
  readonly #options: ModelOptions;
  readonly #rateInterval: number;
  /** The snapshot that rates are counted from, and the one that replaces it when old enough. */
  #rateBase: Snapshot | null = null;
  #newest: Snapshot | null = null;
  #prefer: ReadonlySet<number> = new Set();
  #listening: ReadonlySet<number> = new Set();
  #unhurried: ReadonlySet<number> = new Set();
  #activity: ReadonlyMap<number, ActivityRequest> = new Map();
  /** Whether the next reading counts connections, and the ports to count requests in flight at. */
  #connections = false;
  #inFlight: ReadonlySet<number> = new Set();
  /** Seconds since boot when connections were last counted for rates of requests. */
  #countedAt = Number.NEGATIVE_INFINITY;

  /**
   * @param options how models are made
   * @param rateInterval shortest interval that rates are counted over, in seconds
   */
  constructor(source: Source, options: ModelOptions, rateInterval = SHORTEST_RATE_INTERVAL) {
    this.#source = source;
    this.#options = options;
    this.#rateInterval = rateInterval;
  }

  /** @throws what the source throws */
  async observe(options: ObserveOptions): Promise<Model> {
    const hints: ReadHints = {
      ...options,
      prefer: this.#prefer,
      listeners: this.#listening,
      unhurried: this.#unhurried,
      activity: this.#activity,
      inFlight: this.#inFlight,
      connections: options.connections === true || this.#connections,
    };
    const snapshot = await this.#source.read(hints);
    if (this.#newest !== null && snapshot.uptime - this.#newest.uptime >= this.#rateInterval) {
      this.#rateBase = this.#newest;
      this.#newest = snapshot;
    }
    const model = buildModel(snapshot, this.#rateBase ?? this.#newest, this.#options);
    this.#newest ??= snapshot;
    this.#prefer = new Set(model.projects.flatMap(processesOf).map((process) => process.pid));
    const servers = model.projects.flatMap((project) => project.servers);
    const heads = servers.map((server) => server.head.pid);
    // Another process of an app can only be started if the app listens: pm2 shares its sockets.
    const ofApps = servers.filter(({ managed }) => managed !== null).flatMap(({ processes }) => processes);
    const undecidedPids = undecided(snapshot.processes);
    this.#listening = new Set([...heads, ...ofApps.map(({ pid }) => pid), ...undecidedPids]);
    const unqueued = servers.filter(hasNoQueue).flatMap(({ head, processes }) => [head, ...processes]);
    this.#unhurried = new Set([...unqueued.map(({ pid }) => pid), ...undecidedPids]);
    this.#activity = activityRequests(model);
    const isDue = snapshot.uptime - this.#countedAt >= COUNT_CLOSED_EVERY && servers.some(isTimed);
    if (isDue) this.#countedAt = snapshot.uptime;
    this.#connections = isDue || servers.some(needsConnections);
    this.#inFlight = new Set(servers.flatMap(portsToCount));
    return model;
  }
}

function processesOf(project: Project): readonly ProcessNode[] {
  return [...project.servers.flatMap((server) => server.processes), ...project.processes];
}

/** Servers whose waiting connections are not shown: services, and apps that listen nowhere. */
function hasNoQueue({ definition, listeners }: Server): boolean {
  return definition.category !== 'app' || listeners?.length === 0;
}

/** The processes whose activity the next reading looks at. */
export function activityRequests({ projects }: Model): ReadonlyMap<number, ActivityRequest> {
  const requests = new Map<number, ActivityRequest>();
  for (const { activity, head, listeners, processes } of projects.flatMap(({ servers }) => servers)) {
    if (activity === null) continue;
    // A worker's listeners tell whether it waits for a request. Until they are known, it would look in use.
    if (listeners === null && activity.rule.by !== 'tasks') continue;
    const request = { rule: activity.rule, listeners: listeners ?? [], master: head.pid };
    const serving = processes.filter(({ role }) => role === 'worker' || role === 'single');
    for (const { pid } of serving) requests.set(pid, request);
  }
  return requests;
}

/** Whether its closed connections tell how many requests it has served. */
function isTimed({ activity }: Server): boolean {
  return activity?.rule.by === 'process' && activity.rule.oneRequestEach === true;
}

/** Servers that accept before they serve, and those whose workers' activity cannot be read. */
function needsConnections({ activity }: Server): boolean {
  if (activity === null) return false;
  const { rule, basis } = activity;
  if (rule.by === 'process') return basis !== 'syscall' && rule.mayHaveThreads !== true;
  return rule.by === 'loop' || (rule.by === 'threads' && (rule.acceptsEarly || basis !== 'syscall'));
}

/**
 * The ports of a server nearly all of whose threads are in use while more connections are open, or of some of whose threads it is
 * unknown whether they are. Some of the connections may be kept alive without a request.
 */
function portsToCount({ activity, listeners, processes }: Server): readonly number[] {
  if (activity === null || activity.accepted === null || activity.rule.by !== 'threads') return [];
  const { accepted, inUse } = activity;
  const isFull = inUse !== null && mayWaitInside(activity) && accepted > inUse;
  const isUntold = processes.some(({ sample }) => sample.activity?.doing.includes('unknown'));
  return isFull || isUntold ? (listeners ?? []).flatMap(({ address }) => portOf(address) ?? []) : [];
}
