/** Readings of one quarter of an hour at one number of workers. Plain data: this is what is kept in a file. */
export interface Tally {
  /** The quarter hour: milliseconds since 1970, divided by 900,000. */
  readonly slot: number;
  readonly workers: number;
  /** Workers, threads or loops at that number of workers. */
  readonly total: number;
  /** How long it was watched. */
  readonly seconds: number;
  /** How often so many were in use, by their number from 0 on. */
  readonly inUse: readonly number[];
  /** How often so many requests were there at once: in use, and waiting. */
  readonly atOnce: readonly number[];
  /** Readings that told whether somebody waited, those in which somebody did, and the most that did. */
  readonly told: number;
  readonly waited: number;
  readonly mostWaiting: number;
  /** Of neighbouring readings: how many pairs there were, and the sum of the products of their requests at once. */
  readonly pairs: number;
  readonly products: number;
  /** Readings of workers in use, and of these the ones that computed. */
  readonly used: number;
  readonly computed: number;
  /** Counts of the requests served in a second, and their sum. */
  readonly timed: number;
  readonly rates: number;
}

/** What readings say. */
export interface Summary {
  readonly readings: number;
  /** So many independent readings would say as much. */
  readonly effective: number;
  /** Workers, threads or loops in use, on average, and how far from the truth that may be: half of a 95 % interval. */
  readonly inUse: number;
  readonly error: number;
  /** Variance over mean of requests at once, at least 1. */
  readonly peakedness: number;
  /** Of the readings, the shares in which all were in use and in which somebody waited. */
  readonly allInUse: number;
  /** Null if no reading has it. */
  readonly waited: number | null;
  readonly mostWaiting: number;
  /** Of the readings of workers in use, the share in which they computed; null when none was. */
  readonly computed: number | null;
  /** Requests served in a second; null when unknown. */
  readonly rate: number | null;
  readonly total: number;
}

/** Half of a 95 % interval, in standard errors. */
const NORMAL_95 = 1.96;

/** More than this is no figure of a correlation, but of too few readings. */
const MOST_CORRELATION = 0.95;

/** Null of no readings. */
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
  // Of what was never seen in n readings the share is below 3/n, with 95 % (the rule of three).
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
