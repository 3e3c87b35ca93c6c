/** Probability that chance alone looks like a fault. */
const CHANCE = 0.001;

/**
 * The least number of the last `readings` with a waiting request that is too many, if this share of them is expected.
 * By chance it is reached in one case in a thousand (binomial distribution).
 * @param share 0 to 1
 */
export function tooMany(readings: number, share: number): number {
  let atLeast = 1;
  let exactly = (1 - share) ** readings;
  for (let count = 0; count <= readings; count++) {
    if (atLeast < CHANCE) return count;
    atLeast -= exactly;
    exactly *= share >= 1 ? 0 : ((readings - count) / (count + 1)) * (share / (1 - share));
  }
  return readings + 1;
}
