import type { Family, Part } from './cast.ts';
import type { Random } from './random.ts';

/** Steps of the simulation in a second. */
export const STEPS_PER_SECOND = 10;

export interface Actor {
  readonly pid: number;
  readonly ppid: number;
  readonly startTicks: number;
  /** The step of its start: less than 0 for those that ran before the demo began. */
  readonly born: number;
  readonly part: Part;
  /** Bytes per second. */
  readonly growth: number;
  /** Has a long request at hand when told to go. */
  readonly slow: boolean;
  state: 'S' | 'R' | 'T';
  /** Seconds of CPU time. */
  cpu: number;
  /** Grown since it started, and what comes and goes. Bytes. */
  grown: number;
  wobble: number;
  /** The step at which it will be gone. */
  leavesAt: number | null;
  /** One that leaves because fewer are wanted: no other takes its place. */
  surplus: boolean;
}

/** A family as it is now. */
export interface Troupe {
  readonly family: Family;
  readonly head: Actor;
  /** Oldest first. */
  workers: Actor[];
  /** How many the head wants to have. */
  wanted: number;
  /** The step at which the head will start one more. */
  startsAt: number | null;
  started: number;
  /** Connections waiting at its listener. */
  queue: number;
  /** The share of their time that workers hold a request. */
  inUse: number;
  /** Steps at which the next burst of requests begins and ends. */
  burst: { readonly begins: number; readonly ends: number };
}

/** In steps. */
const delays = { start: 2, leave: 4, slow: 30 } as const;

/** Connections that wait at a listener at most: gunicorn's backlog. */
const BACKLOG = 2048;

/** Requests that a worker serves in a second. */
const REQUESTS_PER_SECOND = 4;

/** The next burst of requests after a step. */
export function nextBurst(step: number, random: Random): Troupe['burst'] {
  const begins = step + Math.round(random.between(60, 200) * STEPS_PER_SECOND);
  return { begins, ends: begins + Math.round(random.between(12, 25) * STEPS_PER_SECOND) };
}

/** Tells a process to go: it ends what it does first. */
export function dismiss(actor: Actor, step: number, surplus: boolean): void {
  actor.leavesAt ??= step + (actor.slow ? delays.slow : delays.leave);
  actor.surplus ||= surplus;
}

/** Whether it has ended by now. One that is stopped hears of it when it goes on. */
export function isDue({ leavesAt, state }: Actor, step: number): boolean {
  return leavesAt !== null && leavesAt <= step && state !== 'T';
}

/** Workers that are not about to leave for good. */
export function staying({ workers }: Troupe): readonly Actor[] {
  return workers.filter(({ surplus }) => !surplus);
}

/**
 * One step of a head: workers whose time has come are gone, the oldest one too many is told to go.
 * @returns true when one more is to be started now
 */
export function manage(troupe: Troupe, step: number): boolean {
  for (const actor of troupe.workers) if (isDue(actor, step)) bury(troupe, actor);
  const stay = staying(troupe);
  for (const actor of stay.slice(0, Math.max(0, stay.length - troupe.wanted))) dismiss(actor, step, true);
  if (stay.length >= troupe.wanted) {
    troupe.startsAt = null;
    return false;
  }
  troupe.startsAt ??= step + delays.start;
  if (step < troupe.startsAt) return false;
  troupe.startsAt = null;
  return true;
}

/** A worker is gone. */
export function bury(troupe: Troupe, actor: Actor): void {
  troupe.workers = troupe.workers.filter((worker) => worker !== actor);
}

/** One step of what a family does: requests come, are served or wait, and take CPU time and memory. */
export function work(troupe: Troupe, step: number, random: Random): void {
  troupe.inUse = serve(troupe, step, random);
  for (const actor of [troupe.head, ...troupe.workers]) {
    // Drawn for each, whatever it does, so that what one does leaves the others as they are.
    const effort = random.between(0.4, 1.6);
    const change = random.between(-1, 1) * WOBBLE;
    if (actor.state === 'T') continue;
    const serves = troupe.family.traffic !== null && actor !== troupe.head;
    const used = Math.min(1, actor.part.cpu * effort * (serves ? troupe.inUse : 1));
    actor.cpu += used / STEPS_PER_SECOND;
    actor.state = used > RUNNING ? 'R' : 'S';
    actor.grown += actor.growth / STEPS_PER_SECOND;
    actor.wobble = (actor.wobble + change) * FADING;
  }
}

/** Bytes that a process's memory comes and goes by in a step. */
const WOBBLE = 64 * 1024;
const FADING = 0.97;

/** Fraction of a core from which a process is likely to be seen running. */
const RUNNING = 0.3;

/** @returns the fraction of their time that workers are at work */
function serve(troupe: Troupe, step: number, random: Random): number {
  const { traffic } = troupe.family;
  if (traffic === null) return 0;
  if (step >= troupe.burst.ends) troupe.burst = nextBurst(step, random);
  const coming = (step >= troupe.burst.begins ? traffic.burst : traffic.usual) * random.between(0.7, 1.3);
  const workers = troupe.head.state === 'T' ? 0 : troupe.workers.length;
  const load = coming + (troupe.queue * STEPS_PER_SECOND) / REQUESTS_PER_SECOND;
  const served = Math.min(workers, load);
  troupe.queue = Math.min(BACKLOG, ((load - served) * REQUESTS_PER_SECOND) / STEPS_PER_SECOND);
  return workers === 0 ? 0 : served / workers;
}
