/** Readings of one quarter of an hour with one number of workers. Plain data, kept in a file. */
export interface Tally {
  /** The quarter hour: milliseconds since 1970, divided by 900,000. */
  readonly slot: number;
  readonly workers: number;
  /** Workers, threads or loops with that number of workers. */
  readonly total: number;
  /** Seconds watched. */
  readonly seconds: number;
  /** How often each number was in use, from 0 on. */
  readonly inUse: readonly number[];
  /** How often each number of requests was there at once, in use or waiting. */
  readonly atOnce: readonly number[];
  /** Readings that tell whether requests waited, readings in which some did, and the largest number waiting. */
  readonly told: number;
  readonly waited: number;
  readonly mostWaiting: number;
  /** Pairs of consecutive readings, and the sum of the products of their requests at once. */
  readonly pairs: number;
  readonly products: number;
  /** Readings of workers in use, and those of them on CPU. */
  readonly used: number;
  readonly computed: number;
  /** Readings of the request rate, and the sum of their rates in requests per second. */
  readonly timed: number;
  readonly rates: number;
}

/** Statistics of readings. */
export interface Summary {
  readonly readings: number;
  /** Number of independent readings that would say as much. */
  readonly effective: number;
  /** Mean of workers, threads or loops in use, and half of its 95 % confidence interval. */
  readonly inUse: number;
  readonly error: number;
  /** Variance of requests at once, divided by their mean; at least 1. */
  readonly peakedness: number;
  /** Fraction of readings with all in use, and fraction in which requests waited. */
  readonly allInUse: number;
  /** Null if no reading tells. */
  readonly waited: number | null;
  readonly mostWaiting: number;
  /** Fraction of workers in use that were on CPU; null if none was in use. */
  readonly computed: number | null;
  /** Requests served per second; null if unknown. */
  readonly rate: number | null;
  readonly total: number;
}

/** Half of a 95 % confidence interval, in standard errors. */
const NORMAL_95 = 1.96;

/** Highest correlation that is believed. Higher values come from too few readings. */
const MOST_CORRELATION = 0.95;

/** Null without readings. */
export function summarise(tallies: readonly Tally[]): Summary | null {
  const first = tallies[0];
  if (first === undefined) return null;
  const inUse = moments(tallies.map((tally) => tally.inUse));
  const atOnce = moments(tallies.map((tally) => tally.atOnce));
  if (inUse.count === 0) return null;
  const sum = (of: (tally: Tally) => number) => tallies.reduce((all, tally) => all + of(tally), 0);
  const pairs = sum((tally) => tally.pairs);
  const covariance = pairs === 0 ? 0 : sum((tally) => tally.products) / pairs - atOnce.mean ** 2;
  const correlation = atOnce.variance === 0 ? 0 : covariance / atOnce.variance;
  const kept = Math.min(MOST_CORRELATION, Math.max(0, correlation));
  const effective = (inUse.count * (1 - kept)) / (1 + kept);
  const used = sum((tally) => tally.used);
  const timed = sum((tally) => tally.timed);
  const told = sum((tally) => tally.told);
  const full = sum(({ inUse: counts, total }) => (total > 0 ? (counts[total] ?? 0) : 0));
  // An event never seen in n readings has a share below 3/n, with 95 % confidence (the rule of three).
  const unseen = inUse.variance === 0 ? 3 / effective : 0;
  return {
    readings: inUse.count,
    effective,
    inUse: inUse.mean,
    error: Math.max(unseen, (NORMAL_95 * Math.sqrt(inUse.variance)) / Math.sqrt(Math.max(1, effective))),
    peakedness: atOnce.mean === 0 ? 1 : Math.max(1, atOnce.variance / atOnce.mean),
    allInUse: full / inUse.count,
    waited: told === 0 ? null : sum((tally) => tally.waited) / told,
    mostWaiting: Math.max(...tallies.map(({ mostWaiting }) => mostWaiting)),
    computed: used === 0 ? null : sum((tally) => tally.computed) / used,
    rate: timed === 0 ? null : sum((tally) => tally.rates) / timed,
    total: first.total,
  };
}

interface Moments {
  readonly count: number;
  readonly mean: number;
  readonly variance: number;
}

function moments(histograms: readonly (readonly number[])[]): Moments {
  let count = 0;
  let sum = 0;
  let squares = 0;
  for (const histogram of histograms) {
    for (const [value, times] of histogram.entries()) {
      count += times;
      sum += times * value;
      squares += times * value * value;
    }
  }
  const mean = count === 0 ? 0 : sum / count;
  return { count, mean, variance: count < 2 ? 0 : Math.max(0, (squares - count * mean * mean) / (count - 1)) };
}
