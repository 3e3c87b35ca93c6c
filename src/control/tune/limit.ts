/** How seldom a run of bad luck may look like a fault: once in a thousand. */
const CHANCE = 0.001;

/**
 * So many of the last `readings` are too many to have seen somebody wait, where that is expected in this share of them: fewer come by chance
 * in all but one case in a thousand (the binomial distribution).
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
