import type { ProcessKey } from '../../snapshot.ts';
import type { History, Points } from './history.ts';

/** How busy a server's workers were. */
export interface Busy {
  /** Of their time, the share that they spent on CPU: 0 to 1, averaged over the workers. */
  readonly share: number;
  /** The stretch of time that this is said of, ending now. */
  readonly seconds: number;
}

/** Less than this is too little to say anything. */
const SHORTEST_SECONDS = 30;

/** Without a reading for longer than this, what happened meanwhile is not known. */
const LONGEST_GAP = 120;

/** Over the last `seconds`, or as much of them as is known; null where that is hardly any. */
export function busy(history: History, server: ProcessKey, seconds: number): Busy | null {
  const points = history.series(`server:${server}`, 'busy');
  const end = points.times.at(-1) ?? 0;
  return said(points, (_, time) => time >= end - seconds);
}

/** The longest stretch up to now in which the workers were never busier than `most`; null where that is hardly any. */
export function idle(history: History, server: ProcessKey, most: number): Busy | null {
  return said(history.series(`server:${server}`, 'busy'), (share) => share <= most);
}

function said(points: Points, holds: (value: number, time: number) => boolean): Busy | null {
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
