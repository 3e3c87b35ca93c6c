import type { Random } from './random.ts';
import type { ProcessTemplate, ServerTemplate } from './scenario.ts';

/** Steps of the simulation in a second. */
export const STEPS_PER_SECOND = 10;

export interface SimulatedProcess {
  readonly pid: number;
  readonly ppid: number;
  readonly startTicks: number;
  /** The step of its start: less than 0 for those that ran before the demo began. */
  readonly born: number;
  readonly part: ProcessTemplate;
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

/** A template as it is now. */
export interface SimulatedServer {
  readonly template: ServerTemplate;
  readonly head: SimulatedProcess;
  /** Oldest first. */
  workers: SimulatedProcess[];
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
export function nextBurst(step: number, random: Random): SimulatedServer['burst'] {
  const begins = step + Math.round(random.between(60, 200) * STEPS_PER_SECOND);
  return { begins, ends: begins + Math.round(random.between(12, 25) * STEPS_PER_SECOND) };
}

/** Tells a process to go: it ends what it does first. */
export function askToStop(process: SimulatedProcess, step: number, surplus: boolean): void {
  process.leavesAt ??= step + (process.slow ? delays.slow : delays.leave);
  process.surplus ||= surplus;
}

/** Whether it has ended by now. One that is stopped hears of it when it goes on. */
export function isDue({ leavesAt, state }: SimulatedProcess, step: number): boolean {
  return leavesAt !== null && leavesAt <= step && state !== 'T';
}

/** Workers that are not about to leave for good. */
export function active({ workers }: SimulatedServer): readonly SimulatedProcess[] {
  return workers.filter(({ surplus }) => !surplus);
}

/**
 * One step of a head: workers whose time has come are gone, the oldest one too many is told to go.
 * @returns true when one more is to be started now
 */
export function manage(server: SimulatedServer, step: number): boolean {
  for (const process of server.workers) if (isDue(process, step)) remove(server, process);
  const stay = active(server);
  for (const process of stay.slice(0, Math.max(0, stay.length - server.wanted))) askToStop(process, step, true);
  if (stay.length >= server.wanted) {
    server.startsAt = null;
    return false;
  }
  server.startsAt ??= step + delays.start;
  if (step < server.startsAt) return false;
  server.startsAt = null;
  return true;
}

/** A worker is gone. */
export function remove(server: SimulatedServer, process: SimulatedProcess): void {
  server.workers = server.workers.filter((worker) => worker !== process);
}

/** One step of what a template does: requests come, are served or wait, and take CPU time and memory. */
export function work(server: SimulatedServer, step: number, random: Random): void {
  server.inUse = serve(server, step, random);
  for (const process of [server.head, ...server.workers]) {
    // Drawn for each, whatever it does, so that what one does leaves the others as they are.
    const effort = random.between(0.4, 1.6);
    const change = random.between(-1, 1) * WOBBLE;
    if (process.state === 'T') continue;
    const serves = server.template.traffic !== null && process !== server.head;
    const used = Math.min(1, process.part.cpu * effort * (serves ? server.inUse : 1));
    process.cpu += used / STEPS_PER_SECOND;
    process.state = used > RUNNING ? 'R' : 'S';
    process.grown += process.growth / STEPS_PER_SECOND;
    process.wobble = (process.wobble + change) * FADING;
  }
}

/** Bytes that a process's memory comes and goes by in a step. */
const WOBBLE = 64 * 1024;
const FADING = 0.97;

/** Fraction of a core from which a process is likely to be seen running. */
const RUNNING = 0.3;

/** @returns the fraction of their time that workers are at work */
function serve(server: SimulatedServer, step: number, random: Random): number {
  const { traffic } = server.template;
  if (traffic === null) return 0;
  if (step >= server.burst.ends) server.burst = nextBurst(step, random);
  const coming = (step >= server.burst.begins ? traffic.burst : traffic.usual) * random.between(0.7, 1.3);
  const workers = server.head.state === 'T' ? 0 : server.workers.length;
  const load = coming + (server.queue * STEPS_PER_SECOND) / REQUESTS_PER_SECOND;
  const served = Math.min(workers, load);
  server.queue = Math.min(BACKLOG, ((load - served) * REQUESTS_PER_SECOND) / STEPS_PER_SECOND);
  return workers === 0 ? 0 : served / workers;
}
