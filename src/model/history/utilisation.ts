import type { ProcessKey } from '../../snapshot.ts';
import type { HistoryReader as History, Measure, Points } from './history.ts';

/** How much of a server's workers was in use, over a stretch of time that ends now. */
export interface Usage {
  /** Of all its workers, threads or loops, those in use: 0 to 1, on average. */
  readonly share: number;
  /** Seconds. */
  readonly seconds: number;
}

/** Less than this is too little to say anything. Seconds. */
const SHORTEST_SECONDS = 30;

/** Without a reading for longer than this, what happened meanwhile is not known. */
const LONGEST_GAP = 120;

/** Over the last `seconds`, or as much of them as is known; null where that is hardly any. */
export function usage(history: History, server: ProcessKey, seconds: number): Usage | null {
  return over(history, server, 'inUse', seconds);
}

/** A quarter of a minute has few readings: by chance one may be so many times above the mean. */
const CHANCE = 4;

/** The longest stretch up to now in which on average no more than the share `most` was in use; null where that is hardly any. */
export function lull(history: History, server: ProcessKey, most: number): Usage | null {
  const { times, values } = history.series(`server:${server}`, 'inUse');
  const end = times.at(-1) ?? 0;
  let found: Usage | null = null;
  let sum = 0;
  let start = end;
  for (let index = times.length - 1; index >= 0; index--) {
    const time = times[index] ?? 0;
    const value = values[index] ?? 0;
    if (start - time > LONGEST_GAP || value > CHANCE * most) break;
    sum += value;
    start = time;
    const share = sum / (times.length - index);
    if (share <= most) found = { share, seconds: end - start };
  }
  return found !== null && found.seconds >= SHORTEST_SECONDS ? found : null;
}

/** The share of their time that its workers spent on CPU: how much they compute, and nothing of whether they are in use. */
export function cpuShare(history: History, server: ProcessKey, seconds: number): Usage | null {
  return over(history, server, 'cpuShare', seconds);
}

function over(history: History, server: ProcessKey, measure: Measure, seconds: number): Usage | null {
  const points = history.series(`server:${server}`, measure);
  const end = points.times.at(-1) ?? 0;
  return said(points, (_, time) => time >= end - seconds);
}

function said(points: Points, holds: (value: number, time: number) => boolean): Usage | null {
  const stretch = lastStretch(points, holds);
  if (stretch.seconds < SHORTEST_SECONDS) return null;
  return { share: stretch.mean, seconds: stretch.seconds };
}

/** The stretch up to now in which something held of every value, without a gap. */
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
