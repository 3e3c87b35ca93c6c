import type { Model, Server } from '../model/model.ts';
import { victims } from '../model/scaling/next-to-stop.ts';
import type { ProcessKey } from '../snapshot.ts';
import type { Operation } from '../state/operation.ts';
import { bytes, percent, plural } from '../text/figures.ts';

/**
 * A change of one server's number of workers, as a closed loop: tell, look, tell again until the target is seen.
 * Pure: it gets readings, and gives what to send. Standard signals coalesce (signal(7)), so that no more than one is
 * ever under way.
 */
export interface Change {
  readonly id: number;
  readonly server: ProcessKey;
  readonly pid: number;
  readonly project: string;
  readonly kind: string;
  /** Workers at the first reading; null before that. */
  readonly from: number | null;
  readonly target: number;
  readonly undo: boolean;
  readonly startedAt: number;
  readonly begun: number;
  readonly cancelled: boolean;
  /** The signal that was sent last, until what it does has been seen. */
  readonly sent: Sent | null;
  readonly signals: number;
  /** Workers told to go that are still there, and when they were told (uptime). */
  readonly leaving: ReadonlyMap<ProcessKey, number>;
  /** Own memory of each worker when it was last looked at before it was told to go. Bytes; null unknown. */
  readonly own: ReadonlyMap<ProcessKey, number | null>;
  /** Workers that were there and are no more, in the order in which they went. */
  readonly gone: readonly ProcessKey[];
  readonly present: readonly ProcessKey[];
  /** Those that would go first, at the first reading. */
  readonly firstVictims: readonly ProcessKey[];
  readonly usedBefore: number;
  readonly usedNow: number;
  /** Since when the target has been seen without a break (uptime). */
  readonly reachedAt: number | null;
  readonly phase: Operation['phase'];
  /** How it ended, when not well. */
  readonly problem: string | null;
  readonly configured: Server['workers']['configured'] | null;
  readonly endedAt: number | null;
}

interface Sent {
  readonly direction: 1 | -1;
  /** Seconds since boot. */
  readonly at: number;
  readonly before: ReadonlySet<ProcessKey>;
}

/** All in seconds. */
export const timing = {
  /** Between two signals at least: a master handles one in a few milliseconds, a busy one in its next loop. */
  pace: 0.3,
  /** A worker told to go that is still there after this long finishes a request first: the next one can be told. */
  heard: 1.2,
  /** A new worker is a fork, and seen at once; on a thrashing machine it takes its time. */
  appears: 15,
  /** The target must be seen this long: a worker that dies as it starts is replaced, or not. */
  settles: 0.5,
  /** gunicorn's graceful timeout is 30 s unless configured otherwise; then it kills. */
  leaves: 90,
} as const;

export interface ChangeOptions {
  readonly id: number;
  readonly server: Server;
  readonly project: string;
  readonly target: number;
  readonly undo: boolean;
  readonly model: Model;
}

export function beginChange({ id, server, project, target, undo, model }: ChangeOptions): Change {
  return {
    id,
    server: server.key,
    pid: server.head.pid,
    project,
    kind: server.kind,
    from: null,
    target,
    undo,
    startedAt: model.at,
    begun: model.uptime,
    cancelled: false,
    sent: null,
    signals: 0,
    leaving: new Map(),
    own: new Map(),
    gone: [],
    present: workersOf(server),
    firstVictims: [],
    usedBefore: model.host.memory.usedShare,
    usedNow: model.host.memory.usedShare,
    reachedAt: null,
    phase: 'running',
    problem: null,
    configured: server.workers.configured,
    endedAt: null,
  };
}

/** The target moves while it runs. */
export function retarget(change: Change, target: number): Change {
  return { ...change, target, reachedAt: null };
}

/** No more signals: what has been told already is waited for. */
export function cancelChange(change: Change): Change {
  return { ...change, cancelled: true };
}

/** It could not be done: nothing (more) was sent. */
export function failChange(change: Change, problem: string, at: number): Change {
  return { ...change, phase: 'failed', problem, endedAt: at };
}

/** What took its time to be told has been told now. @param now seconds since boot */
export function toldAt(change: Change, now: number): Change {
  return change.sent === null ? change : { ...change, sent: { ...change.sent, at: now } };
}

export interface Step {
  readonly change: Change;
  /** To be sent now; the answer is seen in the next readings. */
  readonly send: 1 | -1 | null;
}

function workersOf(server: Server): readonly ProcessKey[] {
  return server.processes.filter(({ role }) => role === 'worker').map(({ key }) => key);
}

/** Looks at a reading. @param server as it is in that; null when its master is gone */
export function observeChange(before: Change, server: Server | null, model: Model): Step {
  if (before.phase !== 'running') return { change: before, send: null };
  if (server === null) return ended(failChange(before, 'its master has ended', model.at));
  const change = look(before, server, model);
  const now = model.uptime;
  const current = currentOf(change);
  if (change.sent !== null) {
    if (!isAnswered(change, now)) {
      const waited = now - change.sent.at;
      if (waited < timing.appears) return { change, send: null };
      return ended(failChange(change, `no new worker came within ${timing.appears} s`, model.at));
    }
    return next({ ...change, sent: null }, server, model);
  }
  if (current === change.target || change.cancelled) return settle(change, model);
  return next(change, server, model);
}

function ended(change: Change): Step {
  return { change, send: null };
}

/** Takes in who is there, and what is theirs. */
function look(change: Change, server: Server, model: Model): Change {
  const present = workersOf(server);
  const here = new Set(present);
  const first = change.from === null;
  const own = new Map(change.own);
  for (const { key, role, memory } of server.processes) {
    // A worker that ends gives back its memory bit by bit: what it had before counts.
    if (role === 'worker' && !change.leaving.has(key) && (memory.uss !== null || !own.has(key)))
      own.set(key, memory.uss);
  }
  const went = change.present.filter((key) => !here.has(key));
  const leaving = stillLeaving(change.leaving, went);
  const gone = [...change.gone, ...went.filter((key) => !change.gone.includes(key))];
  return {
    ...change,
    from: change.from ?? present.length,
    firstVictims: first ? victims(server).map(({ key }) => key) : change.firstVictims,
    own,
    leaving,
    gone,
    present,
    usedBefore: first ? model.host.memory.usedShare : change.usedBefore,
    usedNow: model.host.memory.usedShare,
    configured: server.workers.configured,
  };
}

/** Who was to leave was a guess: when another went, that was the one. */
function stillLeaving(leaving: Change['leaving'], went: readonly ProcessKey[]): Map<ProcessKey, number> {
  const still = new Map(leaving);
  const others = went.filter((key) => !still.delete(key));
  for (const key of [...still.keys()].reverse().slice(0, others.length)) still.delete(key);
  return still;
}

/** Workers that stay. */
function currentOf({ present, leaving }: Change): number {
  return present.filter((key) => !leaving.has(key)).length;
}

/** Whether what the last signal does has been seen, or need not be waited for any longer. */
function isAnswered({ sent, present }: Change, now: number): boolean {
  if (sent === null) return true;
  const waited = now - sent.at;
  if (waited < timing.pace) return false;
  if (sent.direction === 1) return present.some((key) => !sent.before.has(key));
  const here = new Set(present);
  return [...sent.before].some((key) => !here.has(key)) || waited >= timing.heard;
}

/** The next signal, where one is wanted. */
function next(change: Change, server: Server, model: Model): Step {
  const missing = change.target - currentOf(change);
  if (missing === 0 || change.cancelled) return settle(change, model);
  if (change.signals >= mostSignals(change)) {
    const text = 'the number of workers does not stay as it was told: something else changes it too';
    return ended(failChange(change, text, model.at));
  }
  const direction = missing > 0 ? 1 : -1;
  const sent: Sent = { direction, at: model.uptime, before: new Set(change.present) };
  const leaving = new Map(change.leaving);
  if (direction === -1) {
    const victim = victims(server).find(({ key }) => !leaving.has(key));
    if (victim) leaving.set(victim.key, model.uptime);
  }
  return { change: { ...change, sent, leaving, signals: change.signals + 1, reachedAt: null }, send: direction };
}

/** Pressing back and forth takes more signals than the way from start to target: each press grants its own. */
function mostSignals({ from, target }: Change): number {
  return 2 * Math.abs(target - (from ?? target)) + 40;
}

/** Waits for those who leave, and for the target to last. */
function settle(change: Change, model: Model): Step {
  const now = model.uptime;
  if (change.leaving.size > 0) {
    const longest = Math.max(...[...change.leaving.values()].map((told) => now - told));
    if (longest < timing.leaves) return { change: { ...change, reachedAt: null }, send: null };
    const what = `${plural(change.leaving.size, 'worker')} told to go still there after ${timing.leaves} s`;
    return ended(failChange(change, what, model.at));
  }
  const reachedAt = change.reachedAt ?? now;
  if (now - reachedAt < timing.settles) return { change: { ...change, reachedAt }, send: null };
  const phase = change.cancelled && currentOf(change) !== change.target ? 'cancelled' : 'done';
  return ended({ ...change, reachedAt, phase, endedAt: model.at });
}

/** How it stands, for the screen, the log and `scale`. */
export function toOperation(change: Change): Operation {
  const from = change.from ?? change.present.length;
  const current = currentOf(change);
  const predicted = predictedOf(change, from);
  const freed = freedOf(change, from);
  const base = {
    id: change.id,
    server: change.server,
    pid: change.pid,
    project: change.project,
    kind: change.kind,
    from,
    target: change.target,
    current,
    phase: change.phase,
    leaving: [...change.leaving.keys()],
    predicted,
    freed,
    usedBefore: change.usedBefore,
    usedNow: change.usedNow,
    startedAt: change.startedAt,
    endedAt: change.endedAt,
    undo: change.undo,
  };
  return { ...base, text: textOf(base, change.problem), reminder: reminderOf(change, current) };
}

function predictedOf({ target, firstVictims, own }: Change, from: number): number | null {
  if (target >= from) return null;
  return sumOf(firstVictims.slice(0, from - target), own);
}

/** Of as many as it has become fewer: others that went meanwhile were replaced. */
function freedOf({ gone, present, own, firstVictims }: Change, from: number): number | null {
  const fewer = from - present.length;
  if (fewer <= 0) return null;
  const expected = gone.filter((key) => firstVictims.includes(key));
  const others = gone.filter((key) => !firstVictims.includes(key));
  return sumOf([...expected, ...others].slice(0, fewer), own);
}

function sumOf(keys: readonly ProcessKey[], own: Change['own']): number | null {
  return keys.reduce<number | null>((sum, key) => {
    const uss = own.get(key) ?? null;
    return sum === null || uss === null ? null : sum + uss;
  }, 0);
}

function textOf(operation: Omit<Operation, 'text' | 'reminder'>, problem: string | null): string {
  const { project, from, target, current, phase, predicted, freed, leaving, usedBefore, usedNow } = operation;
  const change = `${project} ${from} → ${phase === 'done' || phase === 'running' ? target : current} workers`;
  if (phase === 'failed')
    return `${project} ${from} → ${target} workers: ${problem?.replace(/\.$/, '')}; it has ${plural(current, 'worker')}`;
  if (phase === 'cancelled') return `${change}, cancelled on the way to ${target}`;
  if (phase === 'running') {
    const waiting = leaving.length > 0 && current === target ? `, ${leaving.length} leaving` : '';
    const frees = predicted === null ? '' : `, will free ≈${bytes(predicted)}`;
    return `${change}: ${current} now${waiting}${frees} …`;
  }
  const figures = [
    freed === null ? null : `freed ${bytes(freed)}`,
    freed !== null && predicted !== null ? ` (predicted ${bytes(predicted)})` : null,
  ];
  const memory = `memory ${percent(usedBefore)} → ${percent(usedNow)}`;
  return [change, figures.filter((part) => part !== null).join(''), memory].filter(Boolean).join(', ');
}

/** A signal does not outlive a restart. */
function reminderOf({ configured, phase }: Change, current: number): string | null {
  if (phase === 'running' || phase === 'failed' || configured === null || configured.count === current) return null;
  // Short, since it is to be read whole on a narrow screen.
  if (configured.by === null) return `A restart forgets it. Where the number is set: ${configured.where}.`;
  return `A restart forgets it: set ${current} instead of ${configured.where}.`;
}
