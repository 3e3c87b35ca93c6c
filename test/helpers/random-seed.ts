import fc from 'fast-check';

/** Of a run in CI. Any number would do; it must only stay the same. */
const FIXED = 20_260_101;

const LARGEST = 2 ** 31 - 1;

/**
 * The seed that property tests draw their cases from: `WORKERTOP_SEED`; without it a fixed one in CI, else a random
 * one.
 * @throws an Error where WORKERTOP_SEED is neither a whole number nor `random`
 */
function seedOf({ WORKERTOP_SEED: asked, CI: ci }: NodeJS.ProcessEnv): number {
  if (asked !== undefined && /^-?\d{1,10}$/.test(asked)) return Number(asked);
  if (asked !== undefined && asked !== 'random') throw new Error(`WORKERTOP_SEED=${asked} is no number`);
  if (asked === undefined && ci === 'true') return FIXED;
  return Math.floor(Math.random() * LARGEST);
}

const seed = seedOf(process.env);

fc.configureGlobal({
  ...fc.readConfigureGlobal(),
  seed,
  reporter(details) {
    if (!details.failed) return;
    const error = new Error(`${fc.defaultReportMessage(details)}\nRepeat it with WORKERTOP_SEED=${details.seed}`);
    error.cause = details.errorInstance;
    throw error;
  },
});
