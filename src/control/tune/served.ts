import type { Server } from '../../model/model.ts';

/** Seconds for which the kernel lists a closed connection (TCP_TIMEWAIT_LEN of the kernel's net/tcp.h). */
const LISTED = 60;

/** Least number of closed connections in a minute to compare with. */
const FEWEST = 60;

/** Fraction by which the rate may fall before it counts. */
const MOST_LOSS = 0.3;

/**
 * Connections that a server has closed in the last minute; null if not counted. Those that a client has closed are not
 * among them, nor further requests on the same connection.
 */
export function servedOf({ listeners }: Server): number | null {
  let sum: number | null = null;
  for (const { closed } of listeners ?? []) if (closed !== undefined) sum = (sum ?? 0) + closed;
  return sum;
}

/**
 * Whether so much less is served than before that workers may be missing.
 * @param seconds since the trim
 * @param isWaiting whether somebody has waited lately: with fewer visitors less is served, too
 */
export function isServedLess(before: number | null, now: number | null, seconds: number, isWaiting: boolean): boolean {
  if (before === null || now === null || before < FEWEST || seconds < LISTED || !isWaiting) return false;
  return now < before * (1 - MOST_LOSS);
}
