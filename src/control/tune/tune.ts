import { waiting } from '../../model/activity/erlang.ts';
import type { Summary } from '../../model/activity/statistics.ts';
import type { Project, Server } from '../../model/model.ts';
import { isRefused } from '../../model/refused.ts';
import { whyNotTuned } from '../../model/scaling/may-tune.ts';
import { freedBy } from '../../model/scaling/next-to-stop.ts';
import type { TuneStep } from '../../state/tuning.ts';
import { percent } from '../../text/figures.ts';
import { baseline } from './baseline.ts';
import { swapping } from './harm.ts';
import { putBack } from './put-back.ts';
import { servedOf } from './served.ts';
import { trim, watchFewer } from './trial.ts';
import type { Found, TuneOptions, TuneWorld } from './world.ts';

export interface TuneResult {
  readonly steps: readonly TuneStep[];
  /** Workers at the end. */
  readonly workers: number;
  /** Why no fewer were tried. */
  readonly reason: string;
  readonly project: Project;
  readonly server: Server;
}

/** Some readings see somebody wait even if few requests are expected to. */
const LEAST_EXPECTED = 0.02;

/**
 * Watches a server under load, trims one worker and watches again. If more requests wait than expected, it puts the
 * worker back at once; otherwise it goes on with the next worker. The journal has each trim before its signal is sent,
 * until the trim is certain to stay.
 * @throws TuneRefusal if nothing was sent, or something could not be put back
 */
export async function tune(first: Found, world: TuneWorld, options: TuneOptions): Promise<TuneResult> {
  try {
    return await run(first, world, options);
  } finally {
    world.journal.release();
  }
}

/** Why this server cannot be tuned, as a sentence; null if it can. */
export function tuneRefusal(server: Server, { journal }: TuneWorld, { dryRun }: TuneOptions): string | null {
  return (dryRun ? null : journal.refusal(server)) ?? whyNotTuned(server);
}

async function run(first: Found, world: TuneWorld, options: TuneOptions): Promise<TuneResult> {
  const steps: TuneStep[] = [];
  const watched = (step: TuneStep) => {
    steps.push(step);
    world.watched(step);
  };
  let at = await baseline(first, world, options);
  watched({ workers: first.server.workers.current, summary: at.summary, expected: null, freed: null, putBack: null });
  for (;;) {
    const { found } = at;
    const { server } = found;
    const { current, floor } = server.workers;
    const ended = (reason: string): TuneResult => ({ steps, workers: current, reason, ...found });
    if (world.stop.aborted) return ended('it was interrupted');
    const target = current - 1;
    if (target < Math.max(floor, options.fewest)) return ended(`${current} is the minimum`);
    const expected = expect(target, at.summary, current);
    if (expected > 2 * options.wait) return ended(`with ${target}, up to ${percent(expected)} of requests would wait`);
    const worse = swapping(found.model);
    if (worse !== null) return ended(worse);
    if (options.dryRun)
      return ended(
        `this is a dry run; the next trim to ${target} would make up to ${percent(expected)} of requests wait`,
      );
    const freed = freedBy(server, 1);
    const served = servedOf(server);
    const outcome = await trim(found, target, world);
    if (isRefused(outcome)) return ended(outcome.refused);
    const share = Math.max(expected, LEAST_EXPECTED);
    const trial = await watchFewer(outcome, { workers: target, share, served }, world, options);
    const { summary } = trial;
    const isKept = trial.isStopped && options.keep;
    watched({ workers: target, summary, expected, freed, putBack: isKept ? null : trial.putBack });
    if (trial.putBack !== null && !isKept) {
      const now = await putBack(trial.found, current, world);
      return { steps, workers: now.server.workers.current, reason: trial.putBack, ...now };
    }
    await world.journal.clear();
    at = trial;
  }
}

/** Largest share of requests expected to wait with so many workers, with use at its upper limit. */
function expect(workers: number, { inUse, error, peakedness, total }: Summary, at: number): number {
  return waiting(workers * (total / at), inUse + error, peakedness).share;
}
