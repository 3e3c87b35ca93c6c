import { median } from '../history/trend.ts';
import type { Model, Project, Server } from '../model.ts';
import { waiting } from './erlang.ts';
import { type Observations, SLOT, serverId } from './observations.ts';
import { type Summary, summarise, type Tally } from './statistics.ts';

/** How far what is said can be trusted: by how long it was watched, and whether it was in use meanwhile. */
export type Confidence = 'none' | 'low' | 'fair' | 'good';

/** What is expected, as far as the readings tell it. Of requests that would wait, a share from 0 to 1. */
export interface Band {
  readonly low: number;
  readonly high: number;
}

/** What is known of one number of workers. */
export interface Choice {
  readonly workers: number;
  readonly isNow: boolean;
  /** Bytes of the machine's memory in use with so many; null when a worker's own memory is not known. */
  readonly memory: number | null;
  readonly fits: boolean;
  /** Requests that would wait; null if unknown. */
  readonly wait: Band | null;
  /** How long a request would wait on average, in multiples of what one takes; null where `wait` is. */
  readonly delay: number | null;
  /**
   * How long a request would wait on average, in seconds, as far as the readings tell it; null where it is not known what
   * a request takes, or workers compute. `high` is Infinity if the queue may only grow.
   */
  readonly seconds: Band | null;
  /** What was seen while there were so many; null when there never were. */
  readonly seen: Summary | null;
}

/** The busiest quarter of an hour seen, which decides. */
export interface Peak {
  /** When it began: milliseconds since 1970. */
  readonly at: number;
  readonly workers: number;
  readonly summary: Summary;
}

/** How many workers a server needs, as far as it was watched. */
export interface Outlook {
  readonly server: Server;
  readonly project: Project;
  readonly cores: number;
  /** From the floor up. */
  readonly choices: readonly Choice[];
  /** Of the present number of workers; null before the first reading. */
  readonly now: Summary | null;
  readonly peak: Peak | null;
  /** Seconds that it was watched. */
  readonly watched: number;
  readonly confidence: Confidence;
  /** What one worker has of its own. Bytes; null when unknown. */
  readonly own: number | null;
  /** The fewest workers with which hardly a request waits; null if unknown. */
  readonly enough: number | null;
  /** Whether workers that compute are more than the cores: fewer may then be faster, and nothing is said of times. */
  readonly computes: boolean;
  /** Seconds that a request takes on average; null when unknown. */
  readonly request: number | null;
}

export interface OutlookOptions {
  /** Share of the requests that may wait: 0 to 1. */
  readonly wait: number;
}

/** Of requests that wait, what is hardly any. */
export const WAIT = 0.05;

/** Readings in the busiest quarter hour, and what must have been in use in it, for anything to be said. */
const FEWEST_READINGS = 30;
const LEAST_LOAD = 0.05;

/** Seconds. */
const LOW = 600;
const FAIR = 3600;
const DAY = 86_400;

/** In use beyond this share of all, more would have been in use had there been more. */
const FULL = 0.9;

/** A share of the time of workers in use from which on they compute, and do not wait. */
const COMPUTES = 0.5;

/** Choices above the present number. */
const MORE = 3;

/** What is known of a server and its workers. */
export function outlook(
  model: Model,
  project: Project,
  server: Server,
  observations: Observations,
  options: OutlookOptions = { wait: WAIT },
): Outlook {
  const tallies = observations.of(serverId(project, server));
  const peak = peakOf(tallies);
  const watched = tallies.reduce((sum, { seconds }) => sum + seconds, 0);
  const confidence = confidenceOf(peak, watched, tallies);
  const own = ownMemory(server);
  const { cores } = model.host;
  const computes = (peak?.summary.computed ?? 0) > COMPUTES && server.workers.current > cores;
  const request = peak === null ? null : requestTime(peak.summary);
  const known = { model, server, tallies, peak, confidence, own, isTimed: request !== null && !computes };
  const { floor, current } = server.workers;
  const counts = Array.from({ length: Math.max(0, current + MORE - floor + 1) }, (_, index) => floor + index);
  const choices = counts.map((workers) => choiceOf(workers, known));
  return {
    server,
    project,
    cores,
    choices,
    now: summarise(tallies.filter(({ workers }) => workers === current)),
    peak,
    watched,
    confidence,
    own,
    enough: enoughOf(choices, server, options.wait),
    computes,
    request,
  };
}

interface Known {
  readonly model: Model;
  readonly server: Server;
  readonly tallies: readonly Tally[];
  readonly peak: Peak | null;
  readonly confidence: Confidence;
  readonly own: number | null;
  /** Whether waits can be given in seconds. */
  readonly isTimed: boolean;
}

/** Of fewer requests in a second no time is made: the count of a minute is off by more than a tenth. */
const LEAST_RATE = 1;

/** Little's law: those at once are as many as come in the time that one takes. */
function requestTime({ inUse, rate }: Summary): number | null {
  return rate === null || rate < LEAST_RATE ? null : inUse / rate;
}

function choiceOf(workers: number, { model, server, tallies, peak, confidence, own, isTimed }: Known): Choice {
  const { used, total } = model.host.memory;
  const { current } = server.workers;
  const memory = own === null ? null : Math.max(0, used + (workers - current) * own);
  const expected = peak === null || confidence === 'none' ? null : expect(workers, peak, server);
  return {
    workers,
    isNow: workers === current,
    memory,
    fits: memory === null || memory <= total,
    wait: expected?.wait ?? null,
    delay: expected?.delay ?? null,
    seconds: isTimed ? (expected?.seconds ?? null) : null,
    seen: summarise(tallies.filter((tally) => tally.workers === workers)),
  };
}

interface Expected {
  readonly wait: Band;
  readonly delay: number;
  readonly seconds: Band | null;
}

/** Null upwards from where all were in use: how much would have been in use had there been more is not known. */
function expect(workers: number, { summary, workers: at }: Peak, { activity }: Server): Expected | null {
  const each = at === 0 ? 0 : summary.total / at;
  if (activity?.unit === 'loop' || each === 0) return null;
  if (summary.inUse / summary.total > FULL && workers > at) return null;
  const { inUse, error, peakedness, rate } = summary;
  const [least, most] = [Math.max(0, inUse - error), inUse + error];
  const low = waiting(workers * each, least, peakedness);
  const middle = waiting(workers * each, inUse, peakedness);
  const high = waiting(workers * each, most, peakedness);
  // What a request takes is as uncertain as how many there are at once.
  const seconds = rate === null ? null : { low: (low.mean * least) / rate, high: (high.mean * most) / rate };
  return { wait: { low: low.share, high: high.share }, delay: middle.mean, seconds };
}

/** With one worker a single request that hangs is an outage of a site. */
function enoughOf(choices: readonly Choice[], { activity }: Server, most: number): number | null {
  const fewest = activity?.rule.by === 'process' ? 2 : 1;
  return choices.find(({ workers, wait }) => workers >= fewest && wait !== null && wait.high <= most)?.workers ?? null;
}

function peakOf(tallies: readonly Tally[]): Peak | null {
  let peak: Peak | null = null;
  for (const tally of tallies) {
    const summary = summarise([tally]);
    if (summary === null || summary.readings < FEWEST_READINGS) continue;
    if (peak !== null && summary.inUse <= peak.summary.inUse) continue;
    peak = { at: tally.slot * SLOT, workers: tally.workers, summary };
  }
  return peak;
}

function confidenceOf(peak: Peak | null, watched: number, tallies: readonly Tally[]): Confidence {
  if (peak === null || peak.summary.inUse < LEAST_LOAD || watched < LOW) return 'none';
  if (watched < FAIR) return 'low';
  const slots = tallies.map(({ slot }) => slot);
  const days = ((Math.max(...slots) - Math.min(...slots)) * (SLOT / 1000)) / DAY;
  const day = new Set([0, 6]).has((Math.floor(peak.at / (DAY * 1000)) + 4) % 7);
  return days >= 6.5 && !day ? 'good' : days >= 1 || watched >= DAY ? 'fair' : 'low';
}

function ownMemory({ processes }: Server): number | null {
  const known = processes.flatMap(({ role, memory }) => (role === 'worker' && memory.uss !== null ? [memory.uss] : []));
  return known.length === 0 ? null : median(known);
}
