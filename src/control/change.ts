import type { Model, Server } from '../model/model.ts';
import type { ProcessKey } from '../snapshot.ts';

/**
 * A change of one server's number of workers, as a closed loop: signal, look, and signal again until the target is
 * seen. Standard signals coalesce (signal(7)), so at most one is under way. Pure: `observeChange` takes readings and
 * answers what to send.
 */
export interface Change {
  readonly id: number;
  readonly server: ProcessKey;
  readonly pid: number;
  readonly project: string;
  readonly kind: string;
  /** What happens if a new worker cannot start, as a phrase; null if unknown. */
  readonly whenBootFails: string | null;
  /** Whether it undoes another one. */
  readonly undo: boolean;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly target: number;
  /** Whether no more signals are sent. */
  readonly cancelled: boolean;
  /** The state at the first reading; null before that. */
  readonly start: Start | null;
  readonly seen: Seen;
  /** Signals sent so far, and when the last one was (uptime). */
  readonly signals: number;
  readonly signalledAt: number | null;
  /** Signals repeated for workers that did not stop. */
  readonly repeats: number;
  readonly phase: Phase;
}

export interface Start {
  readonly members: ReadonlySet<ProcessKey>;
  /** Workers in the order in which they would stop. */
  readonly nextToStop: readonly ProcessKey[];
  /** Host memory used, in bytes and as a fraction of the total. */
  readonly used: number;
  readonly usedShare: number;
}

/** What the readings have shown. */
export interface Seen {
  readonly present: readonly ProcessKey[];
  /** Workers that came since the start, and when they were seen first (uptime). */
  readonly came: ReadonlyMap<ProcessKey, number>;
  /** Workers asked to stop that are still there, and when they were asked (uptime). */
  readonly leaving: ReadonlyMap<ProcessKey, number>;
  /** Workers that have ended, in the order in which they did. */
  readonly gone: readonly ProcessKey[];
  /** What each worker frees, as last read before it was asked to stop. */
  readonly own: ReadonlyMap<ProcessKey, Own>;
  /** Whether workers of the start have ended unasked: the server replaces its workers. */
  readonly replaces: boolean;
  /** The youngest age, in seconds, at which a new worker has ended unasked; null if none has. */
  readonly diedYoung: number | null;
  /** Host memory used, in bytes and as a fraction of the total. */
  readonly used: number;
  readonly usedShare: number;
  readonly configured: Server['workers']['configured'];
}

export interface Own {
  /** Bytes; null if unknown. */
  readonly bytes: number | null;
  /** Seconds since the worker started. */
  readonly age: number;
}

export type Phase =
  /** A signal was sent whose effect is not seen yet, or the next one is due. */
  | { readonly type: 'steering'; readonly sent: Sent | null }
  /** The target is seen, and must last. `offSince`: since when it is not seen any more. Times in uptime. */
  | { readonly type: 'settling'; readonly since: number; readonly load: Load; readonly offSince: number | null }
  /** It has failed. The number of workers is watched until it is clear how many are left. */
  | { readonly type: 'failing'; readonly problem: string; readonly since: number; readonly counts: Counts }
  | { readonly type: 'done'; readonly endedAt: number; readonly loading: number | null }
  | { readonly type: 'cancelled'; readonly endedAt: number }
  /** `living`: the workers that are left; null if the master has ended. */
  | { readonly type: 'failed'; readonly endedAt: number; readonly problem: string; readonly living: number | null }
  /** workertop ended before it did. */
  | { readonly type: 'interrupted'; readonly endedAt: number };

export interface Sent {
  readonly direction: 1 | -1;
  /** Uptime. */
  readonly at: number;
  readonly before: ReadonlySet<ProcessKey>;
}

/** Memory of new workers in bytes, and since when (uptime) it has not risen. */
export interface Load {
  readonly bytes: number;
  readonly since: number;
}

/** Numbers of workers seen since a failure. */
export interface Counts {
  readonly now: number;
  /** Since when it is `now` (uptime). */
  readonly since: number;
  readonly least: number;
}

export interface ChangeOptions {
  readonly id: number;
  readonly server: Server;
  readonly project: string;
  readonly target: number;
  readonly undo: boolean;
  readonly model: Model;
}

/** Starts a change of a server's number of workers. It sends nothing yet. */
export function beginChange({ id, server, project, target, undo, model }: ChangeOptions): Change {
  const { used, usedShare } = model.host.memory;
  const { scaling } = server.definition;
  return {
    id,
    server: server.key,
    pid: server.head.pid,
    project,
    kind: server.kind,
    whenBootFails: scaling.method === 'none' ? null : (scaling.whenBootFails ?? null),
    undo,
    startedAt: model.at,
    target,
    cancelled: false,
    start: null,
    seen: {
      present: workersOf(server),
      came: new Map(),
      leaving: new Map(),
      gone: [],
      own: new Map(),
      replaces: false,
      diedYoung: null,
      used,
      usedShare,
      configured: server.workers.configured,
    },
    signals: 0,
    signalledAt: null,
    repeats: 0,
    phase: { type: 'steering', sent: null },
  };
}

/** Keys of a server's workers, oldest first. */
export function workersOf(server: Server): readonly ProcessKey[] {
  return server.processes.filter(({ role }) => role === 'worker').map(({ key }) => key);
}

/** Whether a change has not ended. */
export function isRunning({ phase }: Change): boolean {
  return phase.type === 'steering' || phase.type === 'settling' || phase.type === 'failing';
}

/** Number of workers when it began. */
export function fromOf({ start, seen }: Change): number {
  return start?.members.size ?? seen.present.length;
}

/** Number of workers without those that were asked to stop. */
export function stayingOf({ seen: { present, leaving } }: Change): number {
  return present.filter((key) => !leaving.has(key)).length;
}

/** Moves the target while it runs. */
export function retarget(change: Change, target: number): Change {
  const { phase } = change;
  const next: Phase = phase.type === 'steering' ? phase : { type: 'steering', sent: null };
  return { ...change, target, cancelled: false, phase: next };
}

/** Sends no more signals, and waits for the effect of those sent. */
export function cancelChange(change: Change): Change {
  return { ...change, cancelled: true };
}

/** Ends it because the next signal could not be sent. @param at milliseconds since 1970 */
export function failChange(change: Change, problem: string, at: number): Change {
  return { ...change, phase: { type: 'failed', endedAt: at, problem, living: change.seen.present.length } };
}

/** Ends it before anything more is sent, because the user must agree first. @param at milliseconds since 1970 */
export function withdrawChange(change: Change, at: number): Change {
  return { ...change, phase: { type: 'cancelled', endedAt: at } };
}

/** Ends it because workertop ends. @param at milliseconds since 1970 */
export function interruptChange(change: Change, at: number): Change {
  return { ...change, phase: { type: 'interrupted', endedAt: at } };
}

/** Notes that the control command has ended: its effect is expected from now on. @param now seconds since boot */
export function commandEnded(change: Change, now: number): Change {
  const { phase } = change;
  if (phase.type !== 'steering' || phase.sent === null) return change;
  return { ...change, phase: { ...phase, sent: { ...phase.sent, at: now } } };
}
