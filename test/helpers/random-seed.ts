import fc from 'fast-check';
import { cases } from './cases.ts';

/** Of a run in CI. Any number would do; it must only stay the same. */
const FIXED = 20_260_101;

const LARGEST = 2 ** 31 - 1;

/**
 * The seed that property tests draw their cases from: `WORKERTOP_SEED`; where it is unset or empty a fixed one in CI,
 * else a random one.
 * @throws an Error where WORKERTOP_SEED is neither a whole number nor `random`
 */
function seedOf({ WORKERTOP_SEED: asked = '', CI: ci }: NodeJS.ProcessEnv): number {
  // fast-check takes 32 bits; the number of a run on GitHub has more.
  if (/^-?\d{1,15}$/.test(asked)) return Number(asked) | 0;
  if (asked !== '' && asked !== 'random') throw new Error(`WORKERTOP_SEED=${asked} is no number`);
  if (asked === '' && ci === 'true') return FIXED;
  return Math.floor(Math.random() * LARGEST);
}

const seed = seedOf(process.env);

/** Cases of a property that asks for no number. */
const CASES = 100;

fc.configureGlobal({
  ...fc.readConfigureGlobal(),
  seed,
  numRuns: cases(CASES),
  reporter(details) {
    if (!details.failed) return;
    const error = new Error(`${fc.defaultReportMessage(details)}\nRepeat it with WORKERTOP_SEED=${details.seed}`);
    error.cause = details.errorInstance;
    throw error;
  },
});
