import type { ActivityRule } from '../../probes.ts';
import type { RecognisedServer } from '../../recognise/recognise.ts';
import { type Activity, acceptedBy, type Doing, type Listener } from '../../snapshot.ts';

/** What a server's workers did at one reading. */
export interface ServerActivity {
  readonly rule: ActivityRule;
  /**
   * Source of the figures: the workers' system calls, or their accepted connections if system calls are unreadable or
   * ambiguous. Null if neither gives a figure.
   */
  readonly basis: 'syscall' | 'connections' | null;
  readonly unit: 'worker' | 'thread' | 'loop';
  /** Number of workers, threads of their pools, or event loops; null if unknown. */
  readonly total: number | null;
  /** How many of them are not idle; null if unknown. */
  readonly inUse: number | null;
  /** What those in use do, as far as their system calls show it. */
  readonly doing: readonly Doing[];
  /** Open connections that the server has accepted; null if unknown. */
  readonly accepted: number | null;
  /** Accepted connections that wait for a thread; null if unknown. */
  readonly waitingInside: number | null;
  /** Requests served per second over the last minute; null if unknown, or not counted at this reading. */
  readonly rate: number | null;
}

/** Pids of the processes that serve requests or tasks. A server without workers serves with its head. */
export function servingPids({ head, headRole, workers }: RecognisedServer): readonly number[] {
  if (workers.length > 0) return workers.map(({ pid }) => pid);
  return headRole === 'single' ? [head.pid] : [];
}

/** Null if workertop cannot recognise an idle worker of this server. */
export function serverActivity(
  recognised: RecognisedServer,
  listeners: readonly Listener[] | null,
): ServerActivity | null {
  const rule = recognised.definition.activity?.(recognised) ?? null;
  if (rule === null) return null;
  const workers = recognised.workers.length > 0 ? recognised.workers : [recognised.head];
  const serving = new Set(servingPids(recognised));
  const seen = workers.flatMap(({ pid, activity }) => (serving.has(pid) && activity?.by === rule.by ? [activity] : []));
  const unit = { process: 'worker', tasks: 'worker', threads: 'thread', loop: 'loop' } as const;
  const accepted = acceptedBy(listeners);
  const inFlight = inFlightAt(listeners);
  const found = countOf(seen, rule);
  const counted = found === null ? byConnections(accepted, rule, serving.size) : narrowed(found, accepted, inFlight);
  return {
    rule,
    unit: unit[rule.by],
    ...counted,
    accepted,
    waitingInside: waitingInside(counted, accepted, inFlight, rule),
    rate: rateOf(listeners, rule),
  };
}

/** Seconds for which the kernel lists a closed connection (TCP_TIMEWAIT_LEN of the kernel's net/tcp.h). */
const LISTED = 60;

function rateOf(listeners: readonly Listener[] | null, rule: ActivityRule): number | null {
  if (rule.by !== 'process' || rule.oneRequestEach !== true || listeners === null || listeners.length === 0)
    return null;
  let sum = 0;
  for (const { closed } of listeners) {
    if (closed === undefined) return null;
    sum += closed;
  }
  return sum / LISTED;
}

type Counted = Pick<ServerActivity, 'basis' | 'total' | 'inUse' | 'doing'>;

/** Counts from system calls. Some threads may be unknown. */
interface Count {
  readonly total: number;
  /** Lower and upper bound of those in use. */
  readonly fewest: number;
  readonly most: number;
  readonly doing: readonly Doing[];
}

/** Null if all are unknown. Workers without an answer are not counted. */
function countOf(seen: readonly Activity[], rule: ActivityRule): Count | null {
  if (seen.every(({ doing }) => doing.every((one) => one === 'unknown') && doing.length > 0)) return null;
  const doing: Doing[] = [];
  let [total, fewest, most] = [0, 0, 0];
  for (const { doing: all } of seen) {
    const isThreads = rule.by === 'threads';
    const known = all.filter((one) => one !== 'unknown');
    if (known.length === 0 && all.length > 0 && !isThreads) continue;
    const size = isThreads ? (rule.size ?? all.length) : known.length;
    // The app's own threads look like those of the pool.
    const used = known.filter((one) => one !== 'idle').slice(0, size);
    const unknown = isThreads ? all.length - known.length : 0;
    total += size;
    fewest += used.length;
    most += Math.min(used.length + unknown, Math.max(used.length, size - (known.length - used.length)));
    doing.push(...used);
  }
  return total === 0 ? null : { total, fewest, most, doing };
}

const untold: Counted = { basis: null, total: null, inUse: null, doing: [] };

/** Narrows the bounds: connections limit the threads in use from above, requests in flight from below. */
function narrowed({ total, fewest, most, doing }: Count, accepted: number | null, inFlight: number | null): Counted {
  if (fewest === most) return { basis: 'syscall', total, inUse: fewest, doing };
  const upper = Math.max(fewest, Math.min(most, accepted ?? most));
  if (fewest === upper) return { basis: 'connections', total, inUse: fewest, doing };
  if (inFlight === null) return untold;
  return { basis: 'connections', total, inUse: Math.max(fewest, Math.min(upper, inFlight)), doing };
}

/** A worker that serves one connection at a time is in use while it has one. */
function byConnections(accepted: number | null, rule: ActivityRule, workers: number): Counted {
  if (accepted === null || workers === 0 || rule.by === 'loop' || rule.by === 'tasks') return untold;
  const size = rule.by === 'threads' ? rule.size : 1;
  if (size === null || (rule.by === 'process' && rule.mayHaveThreads === true)) return untold;
  const total = size * workers;
  return { basis: 'connections', total, inUse: Math.min(total, accepted), doing: [] };
}

/** Requests in flight; null unless known for all listeners. */
function inFlightAt(listeners: readonly Listener[] | null): number | null {
  let sum: number | null = null;
  for (const { inFlight } of listeners ?? []) {
    if (inFlight === undefined) return null;
    sum = (sum ?? 0) + inFlight;
  }
  return sum;
}

/** From this share of the threads in use on, requests may wait. */
const NEARLY_ALL = 0.75;

/**
 * Whether requests may wait for a thread. One process may be full while another is not, and a thread is idle for a
 * moment between two requests: so it need not be all of them.
 */
export function mayWaitInside({ rule, inUse, total }: Pick<ServerActivity, 'rule' | 'inUse' | 'total'>): boolean {
  if (inUse === null || total === null) return false;
  return rule.by === 'threads' ? inUse >= total * NEARLY_ALL : inUse === total;
}

/**
 * Accepted connections that wait for a thread. While several threads are idle, none waits. Of the others only requests in
 * flight count, since a connection may be kept alive without a request; null if their number is unknown.
 */
function waitingInside(
  { inUse, total }: Counted,
  accepted: number | null,
  inFlight: number | null,
  rule: ActivityRule,
): number | null {
  if (rule.by === 'process' || rule.by === 'tasks') return 0;
  if (rule.by === 'threads' && !rule.acceptsEarly) return 0;
  if (inUse === null || total === null) return null;
  if (!mayWaitInside({ rule, inUse, total })) return 0;
  if (accepted === null) return inUse < total ? 0 : null;
  if (accepted <= inUse) return 0;
  return inFlight === null || rule.by === 'loop' ? null : Math.max(0, inFlight - inUse);
}
