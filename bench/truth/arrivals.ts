import { exponential, seeded } from './random.ts';

/** How requests come. `rate` is how many in a second on average. */
export type Arrivals =
  /** At random (Poisson), so many at a time on average. */
  | { readonly kind: 'random'; readonly rate: number; readonly size: number }
  /** At random, at a rate that rises and falls by the share `swing` of itself in `period` seconds. */
  | { readonly kind: 'waves'; readonly rate: number; readonly swing: number; readonly period: number }
  /**
   * As access logs of sites look: visitors come at random, stay for times of which some are very long (Pareto), and
   * their requests add up to traffic that is bursty at every scale.
   */
  | { readonly kind: 'visitors'; readonly rate: number }
  /** So many clients, each of which sends its next request once it has its answer. */
  | { readonly kind: 'closed'; readonly clients: number };

/** One request, or several at the same time. */
export interface Arrival {
  /** Seconds since the one before. */
  readonly gap: number;
  readonly count: number;
}

/** Gives one arrival after the other, the same ones for the same seed. */
export function arrivalsOf(arrivals: Exclude<Arrivals, { kind: 'closed' }>, seed: number): () => Arrival {
  const random = seeded(seed);
  switch (arrivals.kind) {
    case 'random':
      return () => batch(arrivals.rate, arrivals.size, random);
    case 'waves':
      return waves(arrivals, random);
    case 'visitors':
      return visitors(arrivals.rate, random);
  }
}

function batch(rate: number, size: number, random: () => number): Arrival {
  const gap = exponential(size / rate, random);
  // Geometric, with that mean.
  return { gap, count: size === 1 ? 1 : 1 + Math.floor(Math.log(1 - random()) / Math.log(1 - 1 / size)) };
}

/** Thinning: candidates at the highest rate, of which as many are kept as the rate of their moment has. */
function waves({ rate, swing, period }: Extract<Arrivals, { kind: 'waves' }>, random: () => number): () => Arrival {
  const most = rate * (1 + swing);
  let at = 0;
  return () => {
    let gap = 0;
    for (;;) {
      gap += exponential(1 / most, random);
      const now = rate * (1 + swing * Math.sin((2 * Math.PI * (at + gap)) / period));
      if (random() < now / most) break;
    }
    at += gap;
    return { gap, count: 1 };
  };
}

const VISITORS = 40;
/** Below 2 a Pareto time has no variance, and sums of such times are self-similar (W. E. Leland et al., 1994). */
const TAIL = 1.5;
/** Seconds that a visitor asks for at least, and stays away for at least. */
const ASKS = 0.5;
const AWAY = 4;

/** Each visitor asks at random for a while, and is away for a while. */
function visitors(rate: number, random: () => number): () => Arrival {
  const pareto = (least: number) => least / (1 - random()) ** (1 / TAIL);
  // The mean of such a time is a multiple of the least one.
  const each = (rate / VISITORS) * ((ASKS + AWAY) / ASKS);
  const stays = Array.from({ length: VISITORS }, () => {
    const asks = random() < ASKS / (ASKS + AWAY);
    return { asks, until: random() * pareto(asks ? ASKS : AWAY), next: 0 };
  });
  for (const one of stays) one.next = one.asks ? exponential(1 / each, random) : Number.POSITIVE_INFINITY;
  let at = 0;
  return () => {
    for (;;) {
      const first = stays.reduce((a, b) => (Math.min(a.next, a.until) <= Math.min(b.next, b.until) ? a : b));
      if (first.next < first.until) {
        const gap = first.next - at;
        at = first.next;
        first.next += exponential(1 / each, random);
        return { gap, count: 1 };
      }
      first.asks = !first.asks;
      first.next = first.asks ? first.until + exponential(1 / each, random) : Number.POSITIVE_INFINITY;
      first.until += pareto(first.asks ? ASKS : AWAY);
    }
  };
}
