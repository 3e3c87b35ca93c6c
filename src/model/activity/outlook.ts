import { median } from '../history/trend.ts';
import type { Model, Project, Server } from '../model.ts';
import { waiting } from './erlang.ts';
import { type Observations, SLOT, serverId } from './observations.ts';
import { type Summary, summarise, type Tally } from './statistics.ts';

/** How far the figures can be trusted: it depends on how long the server was watched, and on its load. */
export type Confidence = 'none' | 'low' | 'fair' | 'good';

/** A range of expected values. For waiting requests, fractions of all requests. */
export interface Band {
  readonly low: number;
  readonly high: number;
}

/** What is known about one number of workers. */
export interface Choice {
  readonly workers: number;
  readonly isNow: boolean;
  /** Bytes of the machine's memory in use with this many workers; null if a worker's own memory is unknown. */
  readonly memory: number | null;
  readonly fits: boolean;
  /** Fraction of requests that would wait; null if unknown. */
  readonly wait: Band | null;
  /** Mean wait of a request, in multiples of the time that a request takes; null if `wait` is null. */
  readonly delay: number | null;
  /**
   * Mean wait of a request, in seconds; null if the time that a request takes is unknown, or if workers compute. `high`
   * is Infinity if the queue could grow without end.
   */
  readonly seconds: Band | null;
  /** Readings with this many workers; null if there are none. */
  readonly seen: Summary | null;
}

/** The busiest quarter of an hour seen. It decides how many workers are enough. */
export interface Peak {
  /** Start of the quarter hour, in milliseconds since 1970. */
  readonly at: number;
  readonly workers: number;
  readonly summary: Summary;
}

/** How many workers a server needs, judged from its readings. */
export interface Outlook {
  readonly server: Server;
  readonly project: Project;
  readonly cores: number;
  /** One for each number of workers, from the floor up. */
  readonly choices: readonly Choice[];
  /** Readings with the present number of workers; null before the first. */
  readonly now: Summary | null;
  readonly peak: Peak | null;
  /** Seconds watched. */
  readonly watched: number;
  readonly confidence: Confidence;
  /** Bytes that one worker has of its own; null if unknown. */
  readonly own: number | null;
  /** The fewest workers with which hardly any request waits; null if unknown. */
  readonly enough: number | null;
  /** Whether more workers compute than there are cores. Fewer may then be faster, so no times are predicted. */
  readonly computes: boolean;
  /** Mean seconds that a request takes; null if unknown. */
  readonly request: number | null;
}

export interface OutlookOptions {
  /** Fraction of requests that may wait. */
  readonly wait: number;
}

/** Fraction of waiting requests that counts as hardly any. */
export const WAIT = 0.05;

/** Fewest readings in the busiest quarter hour, and least load in it, for any statement. */
const FEWEST_READINGS = 30;
const LEAST_LOAD = 0.05;

/** Seconds of watching for low and fair confidence, and for a whole day. */
const LOW = 600;
const FAIR = 3600;
const DAY = 86_400;

/** Above this fraction in use, the real demand is unknown: more workers would have been used too. */
const FULL = 0.9;

/** Fraction of workers in use that are on CPU, above which the server counts as computing. */
const COMPUTES = 0.5;

/** How many numbers of workers above the present one are shown. */
const MORE = 3;

/** Judges a server and its possible numbers of workers. */
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
  /** Whether waits can be predicted in seconds. */
  readonly isTimed: boolean;
}

/** Requests per second. Below this, a count over one minute is too uncertain for a time: its error exceeds a tenth. */
const LEAST_RATE = 1;

/** Little's law: the mean time of a request is the mean number at once, divided by the rate. */
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

/** Null for more workers than there were when all were in use: the real demand is unknown. */
function expect(workers: number, { summary, workers: at }: Peak, { activity }: Server): Expected | null {
  const each = at === 0 ? 0 : summary.total / at;
  if (activity?.unit === 'loop' || each === 0) return null;
  if (summary.inUse / summary.total > FULL && workers > at) return null;
  const { inUse, error, peakedness, rate } = summary;
  const [least, most] = [Math.max(0, inUse - error), inUse + error];
  const low = waiting(workers * each, least, peakedness);
  const middle = waiting(workers * each, inUse, peakedness);
  const high = waiting(workers * each, most, peakedness);
  // The time of a request is as uncertain as the number at once.
  const seconds = rate === null ? null : { low: (low.mean * least) / rate, high: (high.mean * most) / rate };
  return { wait: { low: low.share, high: high.share }, delay: middle.mean, seconds };
}

/** A server with one worker stops when one request hangs, so two are the least. */
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
