import type { Model, Server } from '../model/model.ts';
import { nextToStop } from '../model/scaling/next-to-stop.ts';
import { plural } from '../text/figures.ts';
import { type Change, failChange, fromOf, isRunning, type Load, type Phase, type Sent, stayingOf } from './change.ts';
import { look } from './change-look.ts';
import { timing } from './timing.ts';

/** Rise of memory, as a fraction and in bytes, that counts as loading. */
const RISE = 0.02;
const LEAST_RISE = 1024 * 1024;

export interface Step {
  readonly change: Change;
  /** The signal to send now: one worker more or fewer. Its effect is seen in the next readings. */
  readonly send: 1 | -1 | null;
}

/** Decides on the next step of a change. @param server null if its master has ended */
export function observeChange(before: Change, server: Server | null, model: Model): Step {
  if (!isRunning(before)) return { change: before, send: null };
  if (server === null) return wait({ ...before, phase: masterEnded(before, model.at) });
  const change = look(before, server, model);
  const { phase } = change;
  if (phase.type === 'failing') return wait(conclude(change, phase, model));
  const broken = whyBroken(change, server);
  if (broken !== null) return wait(fail(change, broken, model));
  if (phase.type === 'steering' && phase.sent !== null) {
    if (!isAnswered(change, phase.sent, server, model.uptime)) {
      if (model.uptime - phase.sent.at < timing.appears) return wait(change);
      return wait(fail(change, `no new worker appeared within ${timing.appears} s`, model));
    }
    return next({ ...change, phase: { type: 'steering', sent: null } }, server, model);
  }
  return next(change, server, model);
}

function wait(change: Change): Step {
  return { change, send: null };
}

function masterEnded(change: Change, at: number): Phase {
  const grew = change.target > fromOf(change) && change.signals > 0;
  const likely =
    grew && change.whenBootFails !== null
      ? `: ${change.whenBootFails}. Its code on disk may be newer than what ran; its log says why`
      : '';
  return { type: 'failed', endedAt: at, problem: `its master has ended${likely}`, living: null };
}

/** Why the growth has failed although there may be enough workers; null if it has not. */
function whyBroken({ seen, target, start }: Change, server: Server): string | null {
  // If old workers ended too, the server replaces its workers: new ones that ended are no failure.
  if (seen.diedYoung === null || seen.replaces || start === null || target <= start.members.size) return null;
  const age = seen.diedYoung < 1 ? '1 s' : `${Math.ceil(seen.diedYoung)} s`;
  const restarted = server.scaling.method === 'command' ? 'and may be started again' : 'and its master starts another';
  return `a new worker ended within ${age} of its start ${restarted}; its log says why`;
}

/** Starts to watch how many workers a failure leaves. */
function fail(change: Change, problem: string, { uptime }: Model): Change {
  const now = change.seen.present.length;
  const counts = { now, since: uptime, least: now };
  return { ...change, phase: { type: 'failing', problem, since: uptime, counts } };
}

/**
 * Ends a failed change once the number of workers is clear: it has not changed for a while, or never stops changing.
 */
function conclude(change: Change, phase: Extract<Phase, { type: 'failing' }>, { uptime, at }: Model): Change {
  const now = change.seen.present.length;
  const { counts, since, problem } = phase;
  const same = now === counts.now;
  const next = { now, since: same ? counts.since : uptime, least: Math.min(counts.least, now) };
  const calm = same && uptime - next.since >= timing.calms;
  if (!calm && uptime - since < timing.watches) return { ...change, phase: { ...phase, counts: next } };
  return { ...change, phase: { type: 'failed', endedAt: at, problem, living: calm ? now : next.least } };
}

/** Whether the effect of the last signal was seen, or awaited long enough. */
function isAnswered({ seen: { present } }: Change, sent: Sent, server: Server, now: number): boolean {
  const waited = now - sent.at;
  // A repeated command makes celery pick the same worker until that has left (billiard/pool.py).
  const heard = server.definition.scaling.method === 'command' ? timing.appears : timing.heard;
  if (waited < timing.pace) return false;
  if (sent.direction === 1) return present.some((key) => !sent.before.has(key));
  const here = new Set(present);
  return [...sent.before].some((key) => !here.has(key)) || waited >= heard;
}

/** Sends the next signal, if one is needed. */
function next(change: Change, server: Server, model: Model): Step {
  const missing = change.target - stayingOf(change);
  if (missing === 0 || change.cancelled) return settle(change, server, model);
  const { phase } = change;
  // A server that replaces a worker has one fewer, or one more, for a moment.
  if (phase.type === 'settling') {
    const offSince = phase.offSince ?? model.uptime;
    if (model.uptime - offSince < timing.replaces) return wait({ ...change, phase: { ...phase, offSince } });
  }
  if (change.signals >= mostSignals(change)) {
    const text = 'the number of workers keeps changing: something else changes it too';
    return wait(fail(change, text, model));
  }
  const direction = missing > 0 ? 1 : -1;
  const leaving = new Map(change.seen.leaving);
  if (direction === -1) {
    const first = nextToStop(server).find(({ key }) => !leaving.has(key));
    if (first) leaving.set(first.key, model.uptime);
  }
  return { change: signalled({ ...change, seen: { ...change.seen, leaving } }, direction, model), send: direction };
}

function signalled(change: Change, direction: 1 | -1, { uptime }: Model): Change {
  const sent: Sent = { direction, at: uptime, before: new Set(change.seen.present) };
  return { ...change, signals: change.signals + 1, signalledAt: uptime, phase: { type: 'steering', sent } };
}

/** Most signals of one change. Presses back and forth take more than the way from start to target. */
function mostSignals(change: Change): number {
  return 2 * Math.abs(change.target - fromOf(change)) + 40;
}

/** Waits until leaving workers have ended and new ones have lasted. */
function settle(change: Change, server: Server, model: Model): Step {
  const { leaving } = change.seen;
  if (leaving.size > 0) return awaitLeaving(change, server, model);
  const now = model.uptime;
  const { phase } = change;
  const load = loadOf(change, now);
  const since = phase.type === 'settling' && phase.offSince === null ? phase.since : now;
  const waiting: Change = { ...change, phase: { type: 'settling', since, load, offSince: null } };
  if (now - since < timing.settles) return wait(waiting);
  if (change.cancelled && stayingOf(change) !== change.target)
    return wait({ ...change, phase: { type: 'cancelled', endedAt: model.at } });
  if (change.cancelled || fromOf(change) >= change.target) return wait(done(change, null, model));
  const newest = Math.max(since, ...change.seen.came.values());
  if (!change.seen.replaces && now - newest < timing.lives) return wait(waiting);
  if (now - load.since >= timing.loaded) return wait(done(change, null, model));
  return now - since < timing.loads ? wait(waiting) : wait(done(change, eachOf(change), model));
}

function done(change: Change, loading: number | null, { at }: Model): Change {
  return { ...change, phase: { type: 'done', endedAt: at, loading } };
}

/** The memory of new workers, and since when it has not risen. */
function loadOf(change: Change, now: number): Load {
  const sum = [...change.seen.came.keys()].reduce((all, key) => all + (change.seen.own.get(key)?.bytes ?? 0), 0);
  const { phase } = change;
  if (phase.type !== 'settling') return { bytes: sum, since: now };
  const rose = sum - phase.load.bytes > Math.max(LEAST_RISE, RISE * phase.load.bytes);
  return rose ? { bytes: sum, since: now } : phase.load;
}

/** Mean own memory of new workers, in bytes. */
function eachOf({ seen: { came, own } }: Change): number {
  const sizes = [...came.keys()].flatMap((key) => own.get(key)?.bytes ?? []);
  return sizes.reduce((sum, value) => sum + value, 0) / Math.max(1, sizes.length);
}

function awaitLeaving(change: Change, server: Server, model: Model): Step {
  const { leaving } = change.seen;
  const now = model.uptime;
  const askedAt = [...leaving.values()];
  if (isLost(change, server, now)) {
    return { change: signalled({ ...change, repeats: change.repeats + 1 }, -1, model), send: -1 };
  }
  if (now - Math.min(...askedAt) < timing.leaves) return wait({ ...change, phase: { type: 'steering', sent: null } });
  const what = `${plural(leaving.size, 'worker')} asked to stop, and still there after ${timing.leaves} s`;
  return wait(failChange(change, what, model.at));
}

/**
 * Whether a signal to end a worker was lost. gunicorn drops signals when more than five wait (arbiter.py). If it was
 * not lost after all, one worker too many ends and is started again, so the signal is not repeated if that could leave
 * none.
 */
function isLost(change: Change, server: Server, now: number): boolean {
  const { scaling } = server.definition;
  if (change.cancelled || (scaling.method !== 'signal' && scaling.method !== 'fifo')) return false;
  if (change.repeats >= change.seen.leaving.size || (change.target <= 1 && scaling.floor < 1)) return false;
  return now - (change.signalledAt ?? now) >= timing.repeats;
}
