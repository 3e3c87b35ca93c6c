import { bytes, duration, plural } from '../../text/figures.ts';
import type { Model } from '../model.ts';
import type { Choice, Confidence, Outlook, Peak } from './outlook.ts';
import { type UseShare, useText } from './waits.ts';
import { ofAll, whyUntold } from './words.ts';

/** Advice about the number of workers, with its reason. */
export interface Recommendation {
  readonly kind: 'unknown' | 'fewer' | 'keep' | 'more';
  /** The number of workers that is enough; null if unknown. Follow it one step at a time. */
  readonly workers: number | null;
  readonly confidence: Confidence;
  /** The advice as a sentence. */
  readonly text: string;
}

/** Fewest readings for a recommendation. */
const FEWEST_READINGS = 30;

/** Fraction of readings with all workers in use, above which more are recommended. */
const FULL = 0.5;

/** Fraction of workers in use that wait for one thing, above which the text names it. */
const MAINLY = 0.5;

/**
 * Recommends a number of workers.
 * @param uses what workers in use did lately, the largest share first
 * @param zone minutes that local time is ahead of UTC
 */
export function recommend(outlook: Outlook, model: Model, uses: readonly UseShare[], zone = 0): Recommendation {
  const { confidence, now, server, enough, watched } = outlook;
  const { current } = server.workers;
  const none = (text: string): Recommendation => ({ kind: 'unknown', workers: null, confidence: 'none', text });
  const { activity } = server;
  if (activity === null) return none(`workertop cannot see which workers of ${server.definition.label} are in use.`);
  if (activity.unit === 'loop') {
    return none(
      'Its workers are event loops. workertop cannot see how many requests each one holds, nor how many would do.',
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
  const text = `${fewer.workers} of ${current} would do: ${peak}. With ${fewer.workers}, ${waitText(fewer, outlook)}${frees}.${lonely(fewer)}`;
  return { kind: 'fewer', workers: fewer.workers, confidence, text };
}

function notYet({ now, peak }: Outlook, watched: number): string {
  const load = now === null || now.inUse < 0.05 ? ', no load seen' : '';
  const more = peak === null || load !== '' ? ' Watch it through a busy hour.' : ' It takes ten minutes at least.';
  return `Not known yet: ${duration(watched)} of readings${load}.${more}`;
}

/** `1.6±0.2 were in use in the busiest quarter hour (Tue 10:15, 450 readings)`. */
function peakText({ at, summary }: Peak, { server }: Outlook, zone: number): string {
  const things = server.activity?.unit === 'thread' ? ' threads' : '';
  const mean = `${summary.inUse.toFixed(1)}±${summary.error.toFixed(1)}`;
  return `${mean}${things} were in use in the busiest quarter hour (${timeText(at, zone)}, ${plural(summary.readings, 'reading')})`;
}

const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const;

/** `Tue 10:15`, from milliseconds since 1970. */
function timeText(at: number, zone: number): string {
  const minutes = Math.floor(at / 60_000) + zone;
  const day = Math.floor(minutes / 1440);
  const two = (value: number) => String(value).padStart(2, '0');
  // 1970 began on a Thursday.
  return `${days[(((day + 4) % 7) + 7) % 7] ?? ''} ${two(Math.floor((minutes % 1440) / 60))}:${two(minutes % 60)}`;
}

/** `4–7 %` of requests that would wait; `<1 %` below what can be measured. Null if unknown. */
export function bandText({ wait }: Choice): string | null {
  if (wait === null) return null;
  const [low, high] = [wait.low, wait.high].map((share) => Math.round(share * 100));
  if (high === 0) return '<1 %';
  return low === high ? `${high} %` : `${low}–${high} %`;
}

/** `8–15 ms`; null if unknown. */
export function secondsText({ seconds }: Choice): string | null {
  if (seconds === null || !Number.isFinite(seconds.low)) return null;
  const [low, high] = [seconds.low, seconds.high].map((value) => Math.round(value * 1000));
  if (high === 0) return '<1 ms';
  if (!Number.isFinite(seconds.high)) return `${low} ms or more`;
  return low === high ? `${high} ms` : `${low}–${high} ms`;
}

function waitText(choice: Choice, { computes }: Outlook): string {
  const band = `${bandText(choice)} of requests would wait`;
  // Workers that compute slow each other down: fewer may be faster, so no time is predicted.
  if (computes) return `${band} for a worker, but each may run faster: the workers compute and outnumber the cores`;
  const seconds = secondsText(choice);
  if (seconds !== null) return `${band}, ${seconds} on average`;
  const { delay } = choice;
  if (delay === null || !Number.isFinite(delay) || delay < 0.005) return band;
  return `${band}, on average for ${delay.toFixed(2)} of the time that a request takes`;
}

function lonely({ workers }: Choice): string {
  return workers === 1 ? ' Then a single hanging request is an outage.' : '';
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
      : `. With ${below.workers}, ${bandText(below)} of requests would wait${onAverage(below)}`;
  const floor = below === undefined ? ' It cannot have fewer.' : '';
  const faster = computes
    ? ` The workers compute and outnumber the ${plural(cores, 'core')}: fewer may be faster.`
    : '';
  const text = `Keep ${current}: ${peak}${why}.${floor}${faster}`;
  return { kind: 'keep', workers: current, confidence, text };
}

/** The text for more workers has no figures: the real demand is unknown while all are in use. */
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
    return `${all} The workers compute and outnumber the ${plural(cores, 'core')}: more would not help, fewer may be faster.`;
  const limit = mainly?.use.type === 'net' ? ', but not speed up what they wait for' : '';
  return `${all} More would help${limit}. Add one to see how much.`;
}

/** `in use 0.3 of 3`. */
export function seenText({ seen }: Choice): string | null {
  return seen === null ? null : ofAll(seen.inUse, seen.total);
}
