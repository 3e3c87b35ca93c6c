/** How requests wait at a number of servers. */
export interface Waiting {
  /** Fraction of requests that wait. */
  readonly share: number;
  /** Mean wait of a request, in multiples of the mean service time; Infinity if the queue only grows. */
  readonly mean: number;
}

/** Intervals of Simpson's rule. Its error is far below that of the measured figures. */
const INTERVALS = 2000;

/**
 * Erlang's B formula for any positive number of servers, by its integral: 1/B = ∫₀^∞ e^−x (1 + x/a)^c dx.
 * @param servers more than 0 @param offered requests at once on average, more than 0
 */
export function erlangB(servers: number, offered: number): number {
  // The integrand peaks at c − a, and is negligible this far beyond.
  const end = Math.max(0, servers - offered) + 12 * Math.sqrt(servers + 1) + 40;
  const step = end / INTERVALS;
  let sum = 0;
  for (let index = 0; index <= INTERVALS; index++) {
    const x = index * step;
    const weight = index === 0 || index === INTERVALS ? 1 : index % 2 === 1 ? 4 : 2;
    sum += weight * Math.exp(servers * Math.log1p(x / offered) - x);
  }
  return 3 / (sum * step);
}

/** Fraction of requests that wait if they arrive at random (Poisson) and are served in order: Erlang's C formula. */
export function erlangC(servers: number, offered: number): number {
  if (offered <= 0) return 0;
  if (offered >= servers) return 1;
  const blocked = erlangB(servers, offered);
  return Math.min(1, (servers * blocked) / (servers - offered * (1 - blocked)));
}

/**
 * Predicts the waits of requests that arrive in bursts. Peakedness is the variance of the number of requests at once,
 * divided by its mean; random arrivals have 1. Hayward's method divides the servers and the load by the peakedness. It
 * was made for systems that reject requests; for queues it is an approximation, whose error docs/truth.md tells.
 * @param servers more than 0
 * @param offered mean number of requests at once, more than 0
 * @param peakedness 1 or more
 */
export function waiting(servers: number, offered: number, peakedness: number): Waiting {
  if (offered <= 0) return { share: 0, mean: 0 };
  if (offered >= servers) return { share: 1, mean: Number.POSITIVE_INFINITY };
  const share = erlangC(servers / peakedness, offered / peakedness);
  return { share, mean: (share * peakedness) / (servers - offered) };
}
