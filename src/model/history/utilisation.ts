import type { ProcessKey } from '../../snapshot.ts';
import type { HistoryReader as History, Measure, Points } from './history-reader.ts';

/** How much of a server's workers was in use, over an interval that ends now. */
export interface Usage {
  /** Mean fraction of its workers, threads or loops that were in use, 0 to 1. */
  readonly share: number;
  /** Seconds. */
  readonly seconds: number;
}

/** Seconds. Shorter intervals are not reported. */
const SHORTEST_SECONDS = 30;

/** Seconds. After a longer gap between readings, nothing is known of the time in it. */
const LONGEST_GAP = 120;

/** Utilisation over the last `seconds`, or as much of them as is known; null if that is too short. */
export function usage(history: History, server: ProcessKey, seconds: number): Usage | null {
  return over(history, server, 'inUse', seconds);
}

/** A bucket of 15 seconds has few readings: by chance one may exceed the mean this many times. */
const CHANCE = 4;

/** The longest interval up to now with a mean utilisation of at most `most`; null if that is too short. */
export function lull(history: History, server: ProcessKey, most: number): Usage | null {
  const { times, values } = history.series(`server:${server}`, 'inUse');
  const end = times.at(-1) ?? 0;
  let longest: Usage | null = null;
  let sum = 0;
  let start = end;
  for (let index = times.length - 1; index >= 0; index--) {
    const time = times[index] ?? 0;
    const value = values[index] ?? 0;
    if (start - time > LONGEST_GAP || value > CHANCE * most) break;
    sum += value;
    start = time;
    const share = sum / (times.length - index);
    if (share <= most) longest = { share, seconds: end - start };
  }
  return longest !== null && longest.seconds >= SHORTEST_SECONDS ? longest : null;
}

/** The fraction of their time that a server's workers spent on CPU. It does not tell whether they were in use. */
export function cpuShare(history: History, server: ProcessKey, seconds: number): Usage | null {
  return over(history, server, 'cpuShare', seconds);
}

function over(history: History, server: ProcessKey, measure: Measure, seconds: number): Usage | null {
  const points = history.series(`server:${server}`, measure);
  const end = points.times.at(-1) ?? 0;
  return usageWhile(points, (_, time) => time >= end - seconds);
}

function usageWhile(points: Points, holds: (value: number, time: number) => boolean): Usage | null {
  const stretch = lastStretch(points, holds);
  if (stretch.seconds < SHORTEST_SECONDS) return null;
  return { share: stretch.mean, seconds: stretch.seconds };
}

/** The interval up to now in which a condition held for every value, without a gap. */
export function lastStretch(
  { times, values }: Points,
  holds: (value: number, time: number) => boolean,
): { readonly seconds: number; readonly mean: number } {
  const end = times.at(-1) ?? 0;
  let sum = 0;
  let count = 0;
  let start = end;
  for (let index = times.length - 1; index >= 0; index--) {
    const time = times[index] ?? 0;
    const value = values[index] ?? 0;
    if (start - time > LONGEST_GAP || !holds(value, time)) break;
    sum += value;
    count += 1;
    start = time;
  }
  return { seconds: end - start, mean: count === 0 ? 0 : sum / count };
}
