import type { Random } from './random.ts';
import type { ProcessTemplate, ServerTemplate } from './scenario.ts';

/** Steps of the simulation per second. */
export const STEPS_PER_SECOND = 10;

export interface SimulatedProcess {
  readonly pid: number;
  readonly ppid: number;
  readonly startTicks: number;
  /** Step at which it started; negative if it ran before the demo began. */
  readonly born: number;
  readonly template: ProcessTemplate;
  /** Bytes per second. */
  readonly growth: number;
  /** Whether it is busy with a long request when asked to stop. */
  readonly slow: boolean;
  state: 'S' | 'R' | 'T';
  /** Seconds of CPU time. */
  cpu: number;
  /** Growth since its start, and fluctuation, in bytes. */
  grown: number;
  wobble: number;
  /** Step at which it will have ended; null if it was not asked to stop. */
  leavesAt: number | null;
  /** Whether it stops because fewer workers are wanted, so that no other replaces it. */
  surplus: boolean;
}

/** The state of one server. */
export interface SimulatedServer {
  readonly template: ServerTemplate;
  readonly head: SimulatedProcess;
  /** Oldest first. */
  workers: SimulatedProcess[];
  /** How many workers the head wants. */
  wanted: number;
  /** Step at which the head will start another worker; null if none. */
  startsAt: number | null;
  started: number;
  /** Connections waiting at its listener. */
  queue: number;
  /** Fraction of their time in which workers hold a request. */
  inUse: number;
  /** Steps at which the next burst of requests begins and ends. */
  burst: { readonly begins: number; readonly ends: number };
}

/** Delays in steps. */
const delays = { start: 2, leave: 4, slow: 30 } as const;

/** Most connections that wait at a listener: gunicorn's backlog. */
const BACKLOG = 2048;

/** Requests that one worker serves per second. */
const REQUESTS_PER_SECOND = 4;

/** The first burst of requests after a step. */
export function nextBurst(step: number, random: Random): SimulatedServer['burst'] {
  const begins = step + Math.round(random.between(60, 200) * STEPS_PER_SECOND);
  return { begins, ends: begins + Math.round(random.between(12, 25) * STEPS_PER_SECOND) };
}

/** Asks a process to stop. It finishes its request first. */
export function askToStop(process: SimulatedProcess, step: number, surplus: boolean): void {
  process.leavesAt ??= step + (process.slow ? delays.slow : delays.leave);
  process.surplus ||= surplus;
}

/** Whether it has ended by now. A stopped process handles the signal when it continues. */
export function isDue({ leavesAt, state }: SimulatedProcess, step: number): boolean {
  return leavesAt !== null && leavesAt <= step && state !== 'T';
}

/** Workers that are not about to stop for good. */
export function active({ workers }: SimulatedServer): readonly SimulatedProcess[] {
  return workers.filter(({ surplus }) => !surplus);
}

/**
 * One step of a head: removes workers that have ended, and asks the oldest surplus worker to stop.
 * @returns true if another worker is to be started now
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

/** Removes a worker that has ended. */
export function remove(server: SimulatedServer, process: SimulatedProcess): void {
  server.workers = server.workers.filter((worker) => worker !== process);
}

/** One step of a server: requests arrive, are served or wait, and take CPU time and memory. */
export function work(server: SimulatedServer, step: number, random: Random): void {
  server.inUse = serve(server, step, random);
  for (const process of [server.head, ...server.workers]) {
    // Drawn for every server, so that the state of one does not change the random numbers of others.
    const effort = random.between(0.4, 1.6);
    const change = random.between(-1, 1) * WOBBLE;
    if (process.state === 'T') continue;
    const serves = server.template.traffic !== null && process !== server.head;
    const used = Math.min(1, process.template.cpu * effort * (serves ? server.inUse : 1));
    process.cpu += used / STEPS_PER_SECOND;
    process.state = used > RUNNING ? 'R' : 'S';
    process.grown += process.growth / STEPS_PER_SECOND;
    process.wobble = (process.wobble + change) * FADING;
  }
}

/** Largest change of a process's memory in one step, in bytes. */
const WOBBLE = 64 * 1024;
const FADING = 0.97;

/** Fraction of a core above which a process is likely to be in state R. */
const RUNNING = 0.3;

/**
 * Serves requests for one step.
 * @returns the fraction of their time that workers are busy
 */
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
