/** Cases of the parsers of proc text, where WORKERTOP_FUZZ is not set: in CI, and everywhere. */
const USUAL = 100_000;

/** A property is tried with so many cases at least, unless it never has as many. */
const FEWEST = 25;

/** How many times as many cases as usual are tried: 0.02 with WORKERTOP_FUZZ=2000. */
const factor = factorOf(process.env['WORKERTOP_FUZZ']);

/** @throws an Error where WORKERTOP_FUZZ is no number above 0 */
function factorOf(asked: string | undefined): number {
  if (asked === undefined || asked === '') return 1;
  const number = Number(asked);
  if (!(number > 0 && number < Number.POSITIVE_INFINITY))
    throw new Error(`WORKERTOP_FUZZ=${asked} is no number above 0`);
  return number / USUAL;
}

/**
 * The number of cases of a property: `usual`, more or fewer with WORKERTOP_FUZZ.
 * @param usual cases where WORKERTOP_FUZZ is not set
 */
export function cases(usual: number): number {
  return Math.max(Math.min(usual, FEWEST), Math.ceil(usual * factor));
}

/**
 * Milliseconds that a test may take: so many seconds, and more where there are more cases than usual.
 * @param seconds for the usual number of cases
 */
export function patience(seconds: number): number {
  return seconds * 1000 * Math.max(1, factor);
}

/**
 * How often something must have been met in all cases of a property: `usual`, and once where there are fewer cases
 * than usual.
 */
export function enough(usual: number): number {
  return factor < 1 ? 1 : usual;
}
