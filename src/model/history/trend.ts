/** A steady change over an interval that ends now. */
export interface Trend {
  /** Change per hour, in the unit of the values; negative for a fall. */
  readonly perHour: number;
  /** Length of the interval in seconds. */
  readonly seconds: number;
}

const FEWEST_POINTS = 8;
const SHORTEST_SECONDS = 120;

/** Intervals to test, in seconds: a change that began a few minutes ago does not show over an hour. */
const STRETCHES = [Number.POSITIVE_INFINITY, 1200, 360];

/** More points than this are averaged first: the number of slopes grows with their square. */
const MOST_POINTS = 40;

interface Limits {
  /** Least Mann-Kendall statistic, in standard deviations. */
  readonly significance: number;
  /** Most that a line may leave unexplained, as a fraction of what the best single step leaves. */
  readonly betterThanAStep: number;
  /** Minimum ratio of the rise in the last third to the rise in the second. */
  readonly steady: number;
}

/** Limits for a new trend: by chance once in 2,000. */
const clear: Limits = { significance: 3.3, betterThanAStep: 0.6, steady: 2 / 3 };

/** Looser limits for a trend already reported, so that it does not flicker. */
const lasting: Limits = { significance: 2.6, betterThanAStep: 0.8, steady: 1 / 3 };

interface Points {
  readonly times: readonly number[];
  readonly values: readonly number[];
}

/**
 * The trend of a figure, by a Theil-Sen fit. Null if the data does not support one: too few points, no significant rise
 * or fall (Mann-Kendall), a single step explains it better (a worker that loaded its app), it has ended, or the figure
 * returns to earlier values (a garbage collector's sawtooth).
 * @param times seconds, ascending
 * @param before the trend found last time
 */
export function trend(times: readonly number[], values: readonly number[], before: Trend | null = null): Trend | null {
  const now = trendWithin(times, values, clear);
  if (now !== null || before === null) return now;
  const still = trendWithin(times, values, lasting);
  return Math.sign(still?.perHour ?? 0) === Math.sign(before.perHour) ? still : null;
}

function trendWithin(times: readonly number[], values: readonly number[], limits: Limits): Trend | null {
  const end = times.at(-1);
  if (end === undefined) return null;
  let tried = 0;
  for (const seconds of STRETCHES) {
    const start = times.findIndex((time) => time >= end - seconds);
    const length = times.length - start;
    if (length === tried) continue;
    tried = length;
    const stretch = { times: times.slice(start), values: values.slice(start) };
    const best = trendOfAll(thin(stretch), values.slice(0, start), limits);
    if (best) return best;
  }
  return null;
}

function trendOfAll({ times, values }: Points, earlier: readonly number[], limits: Limits): Trend | null {
  const seconds = (times.at(-1) ?? 0) - (times[0] ?? 0);
  if (times.length < FEWEST_POINTS || seconds < SHORTEST_SECONDS) return null;
  const direction = Math.sign(mannKendall(values));
  if (Math.abs(mannKendall(values)) < limits.significance) return null;
  const slope = median(slopes(times, values));
  if (Math.sign(slope) !== direction) return null;
  const rising = direction > 0 ? values : values.map((value) => -value);
  const reached = direction > 0 ? earlier : earlier.map((value) => -value);
  if (!keepsOn(rising, limits.steady) || !leavesBehind(rising, reached)) return null;
  const rest = values.map((value, index) => value - slope * (times[index] ?? 0));
  if (deviation(rest) > limits.betterThanAStep * bestStep(values)) return null;
  return { perHour: slope * 3600, seconds };
}

/** Averages neighbours until there are few enough points. */
function thin({ times, values }: Points): Points {
  const size = Math.ceil(times.length / MOST_POINTS);
  if (size <= 1) return { times, values };
  const cells = Array.from({ length: Math.ceil(times.length / size) }, (_, cell) => cell * size);
  const means = (all: readonly number[]) => cells.map((from) => mean(all.slice(from, from + size)));
  return { times: means(times), values: means(values) };
}

/** The Mann-Kendall statistic in standard deviations. Ties only make it smaller. */
function mannKendall(values: readonly number[]): number {
  const count = values.length;
  let rises = 0;
  values.forEach((value, index) => {
    for (let before = 0; before < index; before++) rises += Math.sign(value - (values[before] ?? 0));
  });
  const variance = (count * (count - 1) * (2 * count + 5)) / 18;
  return (rises - Math.sign(rises)) / Math.sqrt(variance);
}

function slopes(times: readonly number[], values: readonly number[]): number[] {
  const all: number[] = [];
  times.forEach((time, index) => {
    for (let before = 0; before < index; before++) {
      const elapsed = time - (times[before] ?? 0);
      if (elapsed > 0) all.push(((values[index] ?? 0) - (values[before] ?? 0)) / elapsed);
    }
  });
  return all;
}

/** Whether the last third rises nearly as much as the second. Warming up slows down. */
function keepsOn(values: readonly number[], steady: number): boolean {
  const third = Math.floor(values.length / 3);
  const first = median(values.slice(0, third));
  const second = median(values.slice(third, -third));
  const last = median(values.slice(-third));
  return second > first && last - second >= (second - first) * steady;
}

/** Whether the median of the last third exceeds every earlier value. */
function leavesBehind(values: readonly number[], earlier: readonly number[]): boolean {
  return earlier.every((value) => value < median(values.slice(-Math.floor(values.length / 3))));
}

/** What the best single step leaves unexplained: the mean distance from the median of each side. */
function bestStep(values: readonly number[]): number {
  let best = Number.POSITIVE_INFINITY;
  for (let split = 1; split < values.length; split++) {
    const before = values.slice(0, split);
    const after = values.slice(split);
    const left = (deviation(before) * before.length + deviation(after) * after.length) / values.length;
    best = Math.min(best, left);
  }
  return best;
}

/** Mean distance from the median. */
function deviation(values: readonly number[]): number {
  const middle = median(values);
  return mean(values.map((value) => Math.abs(value - middle)));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The median; NaN of an empty list. */
export function median(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}
