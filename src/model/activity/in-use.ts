import type { ActivityRule } from '../../probes.ts';
import type { RecognisedServer } from '../../recognise/recognise.ts';
import { type Activity, acceptedBy, type Doing, type Listener } from '../../snapshot.ts';

/** What a server's workers did when they were looked at. */
export interface ServerActivity {
  readonly rule: ActivityRule;
  /**
   * Where the figures come from: the system calls of the workers, or their accepted connections where system calls may
   * not be read or do not tell it of all threads. Null where neither tells.
   */
  readonly basis: 'syscall' | 'connections' | null;
  readonly unit: 'worker' | 'thread' | 'loop';
  /** Workers, threads of their pools, or event loops; null when unknown. */
  readonly total: number | null;
  /** Those of them that are not idle; null when unknown. */
  readonly inUse: number | null;
  /** What those do whose system calls tell it. */
  readonly doing: readonly Doing[];
  /** Connections that it has accepted and that are open; null when unknown. */
  readonly accepted: number | null;
  /** Of those, the ones that wait for a thread; null when unknown. */
  readonly waitingInside: number | null;
  /** Requests that it has served in a second, over the last minute; null when unknown, or not counted this time. */
  readonly rate: number | null;
}

/** Pids of the processes that serve requests or tasks, one of which a server without workers of its own is. */
export function servingPids({ head, headRole, workers }: RecognisedServer): readonly number[] {
  if (workers.length > 0) return workers.map(({ pid }) => pid);
  return headRole === 'single' ? [head.pid] : [];
}

/** Null if it is unknown how to recognise an idle worker of this server. */
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

/** What system calls tell. Of some threads they may not. */
interface Count {
  readonly total: number;
  /** The fewest and the most that may be in use. */
  readonly fewest: number;
  readonly most: number;
  readonly doing: readonly Doing[];
}

/** Null if unknown for all. Workers without an answer are left out of all figures. */
function countOf(seen: readonly Activity[], rule: ActivityRule): Count | null {
  if (seen.every(({ doing }) => doing.every((one) => one === 'unknown') && doing.length > 0)) return null;
  const doing: Doing[] = [];
  let [total, fewest, most] = [0, 0, 0];
  for (const { doing: all } of seen) {
    const isThreads = rule.by === 'threads';
    const known = all.filter((one) => one !== 'unknown');
    if (known.length === 0 && all.length > 0 && !isThreads) continue;
    const size = isThreads ? (rule.size ?? all.length) : known.length;
    // An app may have threads of its own, which cannot be told from those of the pool.
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

/** No more threads are in use than there are connections, and no fewer than there are requests in flight. */
function narrowed({ total, fewest, most, doing }: Count, accepted: number | null, inFlight: number | null): Counted {
  if (fewest === most) return { basis: 'syscall', total, inUse: fewest, doing };
  const upper = Math.max(fewest, Math.min(most, accepted ?? most));
  if (fewest === upper) return { basis: 'connections', total, inUse: fewest, doing };
  if (inFlight === null) return untold;
  return { basis: 'connections', total, inUse: Math.max(fewest, Math.min(upper, inFlight)), doing };
}

/** A worker that serves one connection at a time is in use for as long as it has one. */
function byConnections(accepted: number | null, rule: ActivityRule, workers: number): Counted {
  if (accepted === null || workers === 0 || rule.by === 'loop' || rule.by === 'tasks') return untold;
  const size = rule.by === 'threads' ? rule.size : 1;
  if (size === null || (rule.by === 'process' && rule.mayHaveThreads === true)) return untold;
  const total = size * workers;
  return { basis: 'connections', total, inUse: Math.min(total, accepted), doing: [] };
}

/** Requests in flight; null unless known for all its listeners. */
function inFlightAt(listeners: readonly Listener[] | null): number | null {
  let sum: number | null = null;
  for (const { inFlight } of listeners ?? []) {
    if (inFlight === undefined) return null;
    sum = (sum ?? 0) + inFlight;
  }
  return sum;
}

/**
 * Connections that a server has accepted and that wait for a thread. Nothing waits while a thread is idle. Beyond that,
 * a connection may also be kept alive without a request.
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
  if (inUse < total) return 0;
  if (accepted === null) return null;
  if (accepted <= inUse) return 0;
  return inFlight === null || rule.by === 'loop' ? null : Math.max(0, inFlight - inUse);
}
