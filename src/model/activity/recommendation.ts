import { bytes, duration, plural } from '../../text/figures.ts';
import type { Model } from '../model.ts';
import type { Choice, Confidence, Outlook, Peak } from './outlook.ts';
import { type UseShare, useText } from './waits.ts';
import { ofAll, whyUntold } from './words.ts';

/** What to do about the number of workers, with its reason. */
export interface Recommendation {
  readonly kind: 'unknown' | 'fewer' | 'keep' | 'more';
  /** The number of workers that would do; never more than one step is taken towards it at a time. */
  readonly workers: number | null;
  readonly confidence: Confidence;
  /** For people. */
  readonly text: string;
}

/** Fewer readings tell nothing. */
const FEWEST_READINGS = 30;

/** Beyond this share of the readings in which all are in use, more would be in use had there been more. */
const FULL = 0.5;

/** A share of what workers in use do from which on it is what they wait for. */
const MAINLY = 0.5;

/**
 * @param uses what workers in use did lately, the largest share first
 * @param zone minutes that local time is ahead of UTC
 */
export function recommend(outlook: Outlook, model: Model, uses: readonly UseShare[], zone = 0): Recommendation {
  const { confidence, now, server, enough, watched } = outlook;
  const { current } = server.workers;
  const none = (text: string): Recommendation => ({ kind: 'unknown', workers: null, confidence: 'none', text });
  const { activity } = server;
  if (activity === null) return none(`How many workers of ${server.definition.label} are in use cannot be told.`);
  if (activity.unit === 'loop') {
    return none(
      'Its workers are event loops: how many requests each has at hand cannot be told, and so not how many would do.',
    );
  }
  if (activity.basis === null) return none(`Unknown: ${whyUntold(activity)}.`);
  const full = now !== null && now.readings >= FEWEST_READINGS && now.allInUse > FULL;
  if (full) return { kind: 'more', workers: null, confidence, text: moreText(outlook, model, uses) };
  if (confidence === 'none' || outlook.peak === null) return none(notYet(outlook, watched));
  const peak = peakText(outlook.peak, outlook, zone);
  const fewer = outlook.choices.find(({ workers }) => workers === (enough ?? current) && workers < current);
  if (fewer === undefined || fewer.wait === null) return keep(outlook, peak);
  const frees = outlook.own === null ? '' : `; frees ${bytes((current - fewer.workers) * outlook.own)}`;
  const text = `${fewer.workers} of ${current} would do: ${peak}; with ${fewer.workers}, ${waitText(fewer, outlook)}${frees}.${lonely(fewer)}`;
  return { kind: 'fewer', workers: fewer.workers, confidence, text };
}

function notYet({ now, peak }: Outlook, watched: number): string {
  const load = now === null || now.inUse < 0.05 ? ', no load seen' : '';
  const more = peak === null || load !== '' ? ' Watch it through a busy hour.' : ' It takes ten minutes at least.';
  return `Unknown yet: ${duration(watched)} of readings${load}.${more}`;
}

/** `at the busiest quarter hour (Tue 10:15, 450 readings) 1.6±0.2 were in use`. */
function peakText({ at, summary }: Peak, { server }: Outlook, zone: number): string {
  const things = server.activity?.unit === 'thread' ? ' threads' : '';
  const mean = `${summary.inUse.toFixed(1)}±${summary.error.toFixed(1)}`;
  return `at the busiest quarter hour (${timeText(at, zone)}, ${plural(summary.readings, 'reading')}) ${mean}${things} were in use`;
}

const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const;

/** `Tue 10:15`, from milliseconds since 1970; without a clock or a calendar. */
function timeText(at: number, zone: number): string {
  const minutes = Math.floor(at / 60_000) + zone;
  const day = Math.floor(minutes / 1440);
  const two = (value: number) => String(value).padStart(2, '0');
  // 1970 began on a Thursday.
  return `${days[(((day + 4) % 7) + 7) % 7] ?? ''} ${two(Math.floor((minutes % 1440) / 60))}:${two(minutes % 60)}`;
}

/** `4–7 % of requests would wait`; `hardly a request would wait` where that is below what can be told. */
export function bandText({ wait }: Choice): string | null {
  if (wait === null) return null;
  const [low, high] = [wait.low, wait.high].map((share) => Math.round(share * 100));
  if (high === 0) return '<1 %';
  return low === high ? `${high} %` : `${low}–${high} %`;
}

/** `8–15 ms`; null where it cannot be told. */
export function secondsText({ seconds }: Choice): string | null {
  if (seconds === null || !Number.isFinite(seconds.low)) return null;
  const [low, high] = [seconds.low, seconds.high].map((value) => Math.round(value * 1000));
  if (high === 0) return '<1 ms';
  if (!Number.isFinite(seconds.high)) return `${low} ms or more`;
  return low === high ? `${high} ms` : `${low}–${high} ms`;
}

function waitText(choice: Choice, { computes }: Outlook): string {
  const band = `${bandText(choice)} of requests would wait`;
  // Workers that compute hold each other up: fewer may be faster, and no time can be told.
  if (computes) return `${band} for a worker, and all may be faster: they compute, and outnumber the cores`;
  const seconds = secondsText(choice);
  if (seconds !== null) return `${band}, ${seconds} on average`;
  const { delay } = choice;
  if (delay === null || !Number.isFinite(delay) || delay < 0.005) return band;
  return `${band}, on average ${delay.toFixed(2)} of the time that one takes`;
}

function lonely({ workers }: Choice): string {
  return workers === 1 ? ' One request that hangs is then an outage.' : '';
}

function onAverage(choice: Choice): string {
  const seconds = secondsText(choice);
  return seconds === null ? '' : `, ${seconds} on average`;
}

function keep(outlook: Outlook, peak: string): Recommendation {
  const { server, choices, confidence, computes, cores } = outlook;
  const { current } = server.workers;
  const below = choices.find(({ workers }) => workers === current - 1);
  const why =
    below === undefined || below.wait === null
      ? ''
      : `; ${below.workers} would make ${bandText(below)} of requests wait${onAverage(below)}`;
  const floor = below === undefined ? ' It is the fewest already.' : '';
  const faster = computes ? ` They compute, and outnumber the ${plural(cores, 'core')}: fewer may be faster.` : '';
  const text = `Keep ${current}: ${peak}${why}.${floor}${faster}`;
  return { kind: 'keep', workers: current, confidence, text };
}

/** What more would do is never said in figures: how much would be in use had there been more is not known. */
function moreText({ now, server, cores, computes }: Outlook, model: Model, uses: readonly UseShare[]): string {
  const { current } = server.workers;
  const things = server.activity?.unit === 'thread' ? `${now?.total ?? 0} threads` : String(current);
  const share = Math.round((now?.allInUse ?? 0) * 100);
  const [first] = uses;
  const mainly = first !== undefined && first.share >= MAINLY && first.use.type !== 'cpu' ? first : null;
  const waits =
    mainly === null ? '' : `, waiting for ${useText(mainly.use, model)} (${Math.round(mainly.share * 100)} %)`;
  const what = things === '1' ? 'Its only worker is' : `All ${things} are`;
  const all = `${what} in use ${share} % of the time${waits}.`;
  if (computes)
    return `${all} They compute, and outnumber the ${plural(cores, 'core')}: more would not help, and fewer may be faster.`;
  const helps =
    mainly?.use.type === 'net' ? 'More workers would help requests, not what they wait for.' : 'More would help.';
  return `${all} ${helps} How much is not known until there is one more.`;
}

/** `in use 0.3 of 3`. */
export function seenText({ seen }: Choice): string | null {
  return seen === null ? null : ofAll(seen.inUse, seen.total);
}
