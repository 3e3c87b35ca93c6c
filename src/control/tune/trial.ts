import { Observations } from '../../model/activity/observations.ts';
import type { Summary } from '../../model/activity/statistics.ts';
import { isRefused, type Refused } from '../../model/refused.ts';
import { duration } from '../../text/figures.ts';
import { summaryOf } from './baseline.ts';
import { harmSince } from './harm.ts';
import { Busy } from './journal.ts';
import { tooMany } from './limit.ts';
import { putBack } from './put-back.ts';
import { isServedLess, servedOf } from './served.ts';
import { type Found, look, type TuneOptions, TuneRefusal, type TuneWorld } from './world.ts';

/** Readings that are looked at together for whether too many saw somebody wait. */
const WINDOW = 12;

/** Seconds for which all may be in use before a worker is put back. */
const LONGEST_FULL = 60;

/** Trims to a number of workers. @returns the server with so many, or why it was not done @throws TuneRefusal */
export async function trim(found: Found, target: number, world: TuneWorld): Promise<Found | Refused> {
  const { server, project, model } = found;
  const from = server.workers.current;
  try {
    const { key, head } = server;
    await world.journal.write({ server: key, pid: head.pid, project: project.name, from, to: target, at: model.at });
  } catch (error) {
    if (error instanceof Busy) throw new TuneRefusal(`${error.message} Nothing was sent.`);
    throw new TuneRefusal(`Its journal cannot be written: ${reasonOf(error)}. Nothing was sent.`);
  }
  world.say(`Trimming ${from} → ${target} workers.`);
  const operation = await world.change(server.key, target, false);
  if (!isRefused(operation) && operation.phase === 'done') return look(server.key, world);
  await putBack(await look(server.key, world), from, world);
  return isRefused(operation) ? operation : { refused: operation.text };
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** What was seen of a number of workers that is being tried. */
export interface Trial {
  readonly found: Found;
  readonly summary: Summary;
  /** Why a worker is to be put back; null if the number stays. */
  readonly putBack: string | null;
  /** Whether the user has ended it. */
  readonly isStopped: boolean;
}

export interface Expected {
  readonly workers: number;
  /** Largest expected share of readings in which somebody waits. */
  readonly share: number;
  /** Connections closed in the last minute before the trim; null if unknown. */
  readonly served: number | null;
}

/** Watches a smaller number of workers until it was seen long enough, or something speaks against it. */
export async function watchFewer(
  start: Found,
  expected: Expected,
  world: TuneWorld,
  { watch }: TuneOptions,
): Promise<Trial> {
  const began = start.model.uptime;
  const observations = new Observations();
  const waited: boolean[] = [];
  let fullSince: number | null = null;
  let found = start;
  for (;;) {
    const previous = found.model;
    found = await look(start.server.key, world);
    observations.record(found.model);
    const summary = summaryOf(observations, found) ?? nothing;
    const passed = found.model.uptime - began;
    const ended = (why: string | null, isStopped = false): Trial => ({ found, summary, putBack: why, isStopped });
    const against = (why: string) => ended(`put back after ${duration(passed)}: ${why}`);
    world.watching({ workers: expected.workers, seconds: passed, of: watch, summary, expected: expected.share });
    if (world.stop.aborted) return ended('it was interrupted', true);
    waited.push((found.server.queue ?? 0) > 0);
    const recent = waited.slice(-WINDOW);
    const count = recent.filter(Boolean).length;
    if (count >= tooMany(recent.length, expected.share))
      return against(`requests waited in ${count} of ${recent.length} readings`);
    fullSince = isFull(found) ? (fullSince ?? found.model.uptime) : null;
    if (fullSince !== null && found.model.uptime - fullSince >= LONGEST_FULL)
      return against(`all workers were in use for ${LONGEST_FULL} s`);
    if (found.server.workers.current !== expected.workers || workersOf(found) !== workersOf(start))
      return against('its workers changed by themselves');
    const harm = harmSince(start.model, found.model, previous);
    if (harm !== null) return against(harm);
    if (isServedLess(expected.served, servedOf(found.server), passed, count > 0))
      return against('fewer requests were served than before');
    if (passed >= watch) return ended(null);
  }
}

function isFull({ server: { activity } }: Found): boolean {
  return activity !== null && activity.inUse !== null && activity.inUse === activity.total;
}

function workersOf({ server }: Found): string {
  return server.processes.flatMap(({ role, key }) => (role === 'worker' ? [key] : [])).join(' ');
}

const nothing: Summary = {
  readings: 0,
  effective: 0,
  inUse: 0,
  error: 0,
  peakedness: 1,
  allInUse: 0,
  waited: null,
  mostWaiting: 0,
  computed: null,
  rate: null,
  total: 0,
};
