import { Observations, serverId } from '../../model/activity/observations.ts';
import { type Summary, summarise } from '../../model/activity/statistics.ts';
import { duration, plural } from '../../text/figures.ts';
import { type Found, look, type TuneOptions, TuneRefusal, type TuneWorld } from './world.ts';

/** Least and most seconds to watch the present number of workers. It is watched longer until there is load. */
const SHORTEST = 120;
const LONGEST = 900;

/** What must have been seen: this many independent readings, and this many workers in use. */
const FEWEST_READINGS = 60;
const LEAST_LOAD = 0.2;

/** What was seen at one number of workers. */
export interface Watched {
  readonly found: Found;
  readonly summary: Summary;
}

/** Watches the present number of workers until enough load was seen. @throws TuneRefusal if there is none */
export async function baseline(start: Found, world: TuneWorld, { watch }: TuneOptions): Promise<Watched> {
  const { key, workers } = start.server;
  const shortest = Math.min(SHORTEST, watch);
  const longest = Math.min(LONGEST, 4 * shortest);
  // A shorter watch, as in a test, needs fewer readings in proportion.
  const readings = FEWEST_READINGS * (shortest / SHORTEST);
  const observations = new Observations();
  const began = start.model.uptime;
  world.say(`Watching ${plural(workers.current, 'worker')} for ${duration(shortest)} at least, under load.`);
  for (;;) {
    if (world.stop.aborted) throw new TuneRefusal('It was interrupted: nothing was sent.');
    const found = await look(key, world);
    if (found.server.workers.current !== workers.current)
      throw new TuneRefusal('Its number of workers has changed meanwhile: nothing was sent.');
    observations.record(found.model);
    const summary = summaryOf(observations, found);
    const passed = found.model.uptime - began;
    world.watching({ workers: workers.current, seconds: passed, of: shortest, summary, expected: null });
    if (summary !== null && passed >= shortest && summary.effective >= readings && summary.inUse >= LEAST_LOAD)
      return { found, summary };
    if (passed >= longest) throw new TuneRefusal(noLoad(passed, summary));
  }
}

function noLoad(passed: number, summary: Summary | null): string {
  const seen = summary === null ? 'nothing could be read' : `${summary.inUse.toFixed(2)} of ${summary.total} in use`;
  return `No load was seen in ${duration(passed)} (${seen}): nothing was sent. Tune it in a busy hour.`;
}

/** What was observed at the present number of workers; null before the first reading. */
export function summaryOf(observations: Observations, { project, server }: Found): Summary | null {
  return summarise(observations.of(serverId(project, server), server.workers.current));
}
