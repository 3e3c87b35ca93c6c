import { Observations, serverId } from '../../model/activity/observations.ts';
import { type Summary, summarise } from '../../model/activity/statistics.ts';
import { duration, plural } from '../../text/figures.ts';
import { type Found, look, type TuneOptions, TuneRefusal, type TuneWorld } from './world.ts';

/** Least seconds to watch the present number of workers; most seconds while there is no load, and while there is. */
const SHORTEST = 120;
const LONGEST_IDLE = 480;
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
  // A shorter watch, as in a test, is shorter in all, and needs fewer readings.
  const part = shortest / SHORTEST;
  const readings = FEWEST_READINGS * part;
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
    if (summary === null || summary.inUse < LEAST_LOAD) {
      if (passed >= LONGEST_IDLE * part) throw new TuneRefusal(noLoad(passed, summary));
      continue;
    }
    if (passed >= shortest && summary.effective >= readings) return { found, summary };
    if (passed >= LONGEST * part) throw new TuneRefusal(tooFew(passed, summary, readings));
  }
}

function noLoad(passed: number, summary: Summary | null): string {
  const seen = summary === null ? 'nothing could be read' : `${summary.inUse.toFixed(2)} of ${summary.total} in use`;
  return `No load was seen in ${duration(passed)} (${seen}): nothing was sent. Tune it in a busy hour.`;
}

function tooFew(passed: number, { effective }: Summary, readings: number): string {
  const seen = `its load changes so slowly that ${duration(passed)} count as ${Math.floor(effective)} independent readings`;
  return `Not enough was seen to compare with: ${seen}, and ${Math.ceil(readings)} are needed. Nothing was sent.`;
}

/** What was observed at the present number of workers; null before the first reading. */
export function summaryOf(observations: Observations, { project, server }: Found): Summary | null {
  return summarise(observations.of(serverId(project, server), server.workers.current));
}
