import { waiting } from '../../model/activity/erlang.ts';
import { Observations, serverId } from '../../model/activity/observations.ts';
import { type Summary, summarise } from '../../model/activity/statistics.ts';
import type { Model, Project, Server } from '../../model/model.ts';
import { freedBy } from '../../model/scaling/next-to-stop.ts';
import type { ProcessKey } from '../../snapshot.ts';
import type { Operation } from '../../state/operation.ts';
import { duration, percent, plural } from '../../text/figures.ts';
import type { TuneJournal } from './journal.ts';
import { tooMany } from './limit.ts';

export interface TuneOptions {
  /** Share of the requests that may wait: 0 to 1. */
  readonly wait: number;
  /** Seconds to watch each number of workers. */
  readonly watch: number;
  /** The fewest to go down to. */
  readonly fewest: number;
  /** Only tell what would be done. */
  readonly dryRun: boolean;
}

/** What a tune needs of the world. */
export interface TuneWorld {
  /** Reads, and waits for the next reading's time first. */
  observe(): Promise<Model>;
  /** Brings a server to a number of workers, through the same gate as a key press. @param back whether it had as many before */
  change(server: ProcessKey, target: number, back: boolean): Promise<Operation | string>;
  say(text: string): void;
  readonly journal: TuneJournal;
  readonly stop: AbortSignal;
  readonly pid: number;
}

/** One number of workers as it was seen. */
export interface TuneStep {
  readonly workers: number;
  readonly summary: Summary;
  /** Share of requests that was expected to wait, at most; null of the number that it began with. */
  readonly expected: number | null;
  /** Bytes that this number freed, against the one before. */
  readonly freed: number | null;
  /** Why it was put back; null where it stayed. */
  readonly putBack: string | null;
}

export interface TuneResult {
  readonly steps: readonly TuneStep[];
  /** Workers at the end, and why no fewer were tried. */
  readonly workers: number;
  readonly reason: string;
  readonly project: Project;
  readonly server: Server;
}

/** Seconds that the number at the beginning is watched at least, and at most until there is load. */
const BASELINE = 120;
const LONGEST_BASELINE = 900;

/** What must have been seen: so many independent readings, and so much in use. */
const FEWEST_READINGS = 60;
const LEAST_LOAD = 0.2;

/** Readings that are looked at together for whether too many saw somebody wait. */
const WINDOW = 12;

/** Seconds for which all may be in use before it is put back. */
const LONGEST_FULL = 60;

/** Waiting comes in readings even where little is expected. */
const LEAST_EXPECTED = 0.02;

/**
 * Watches a server under load, trims one worker, watches, and puts it back at once where more wait than expected; else goes on, one at a
 * time. What it has trimmed is in the journal before each signal, until it is certain that it stays.
 */
export async function tune(first: Found, world: TuneWorld, options: TuneOptions): Promise<TuneResult> {
  const steps: TuneStep[] = [];
  let found = first;
  let at = await baseline(found, world, options);
  steps.push({ workers: at.workers, summary: at.summary, expected: null, freed: null, putBack: null });
  for (;;) {
    const { server } = found;
    const current = server.workers.current;
    const ended = (reason: string): TuneResult => ({ steps, workers: current, reason, ...found });
    if (world.stop.aborted) return ended('it was interrupted');
    const target = current - 1;
    if (target < Math.max(server.workers.floor, options.fewest)) return ended(`${current} is the fewest`);
    const expected = expect(target, at.summary, at.workers);
    if (expected > 2 * options.wait) return ended(`with ${target}, up to ${percent(expected)} of requests would wait`);
    const worse = pressed(found.model);
    if (worse !== null) return ended(worse);
    if (options.dryRun)
      return ended(`this is a dry run: ${target} would be tried, at which up to ${percent(expected)} would wait`);
    const freed = freedBy(server, 1);
    const outcome = await trim(found, target, world);
    if (typeof outcome === 'string') return ended(outcome);
    const seen = await watchFewer(outcome, target, Math.max(expected, LEAST_EXPECTED), world, options);
    steps.push({ workers: target, summary: seen.summary, expected, freed, putBack: seen.putBack });
    if (seen.putBack !== null) {
      found = await putBack(seen.found, current, world);
      return { steps, workers: found.server.workers.current, reason: seen.putBack, ...found };
    }
    world.journal.clear();
    found = seen.found;
    at = { workers: target, summary: seen.summary };
  }
}

/** A server in the reading in which it was seen. */
export interface Found {
  readonly model: Model;
  readonly project: Project;
  readonly server: Server;
}

/** Null when it has ended. */
export function findIn(model: Model, key: ProcessKey): Found | null {
  for (const project of model.projects) {
    const server = project.servers.find((one) => one.key === key);
    if (server) return { model, project, server };
  }
  return null;
}

/** It cannot be done, as a sentence. */
export class TuneRefusal extends Error {
  override readonly name = 'TuneRefusal';
}

interface Watched {
  readonly workers: number;
  readonly summary: Summary;
}

async function baseline(found: Found, world: TuneWorld, { watch }: TuneOptions): Promise<Watched> {
  const { key, workers } = found.server;
  const shortest = Math.min(BASELINE, watch);
  // A shorter watch, as for a test, wants as many readings for its time.
  const readings = FEWEST_READINGS * (shortest / BASELINE);
  const observations = new Observations();
  const began = found.model.uptime;
  world.say(`Watching ${plural(workers.current, 'worker')} for ${duration(shortest)} at least, under load.`);
  let now = found;
  for (;;) {
    if (world.stop.aborted) throw new TuneRefusal('It was interrupted: nothing was sent.');
    now = await look(key, world);
    if (now.server.workers.current !== workers.current)
      throw new TuneRefusal('Its number of workers has changed meanwhile: nothing was sent.');
    observations.record(now.model);
    const summary = summaryOf(observations, now);
    const passed = now.model.uptime - began;
    if (summary !== null && passed >= shortest && summary.effective >= readings && summary.inUse >= LEAST_LOAD)
      return { workers: workers.current, summary };
    if (passed >= Math.min(LONGEST_BASELINE, 4 * shortest)) {
      const seen =
        summary === null ? 'nothing could be read' : `${summary.inUse.toFixed(2)} of ${summary.total} in use`;
      throw new TuneRefusal(
        `No load was seen in ${duration(passed)} (${seen}): nothing was sent. Tune it in a busy hour.`,
      );
    }
  }
}

/** @throws TuneRefusal when the server has ended */
async function look(key: ProcessKey, world: TuneWorld): Promise<Found> {
  const found = findIn(await world.observe(), key);
  if (found === null) throw new TuneRefusal('Its master has ended.');
  return found;
}

function summaryOf(observations: Observations, { project, server }: Found): Summary | null {
  return summarise(observations.of(serverId(project, server), server.workers.current));
}

/** Share of the requests that would wait with so many, at most: with what was in use at its upper limit. */
function expect(workers: number, { inUse, error, peakedness, total }: Summary, at: number): number {
  return waiting(workers * (total / at), inUse + error, peakedness).share;
}

/** Nothing is tried while the machine has other troubles. */
function pressed({ host: { pressure } }: Model): string | null {
  return (pressure?.swapIn ?? 0) > 1024 * 1024 ? 'the machine reads from swap just now' : null;
}

async function trim(found: Found, target: number, world: TuneWorld): Promise<Found | string> {
  const { server, project, model } = found;
  const from = server.workers.current;
  world.journal.write({
    server: server.key,
    pid: server.head.pid,
    project: project.name,
    from,
    to: target,
    at: model.at,
    by: world.pid,
  });
  world.say(`Trimming ${from} → ${target} workers.`);
  const operation = await world.change(server.key, target, false);
  if (typeof operation !== 'string' && operation.phase === 'done') return look(server.key, world);
  const now = await look(server.key, world);
  if (now.server.workers.current < from) await putBack(now, from, world);
  else world.journal.clear();
  return typeof operation === 'string' ? operation : operation.text;
}

interface Seen {
  readonly found: Found;
  readonly summary: Summary;
  readonly putBack: string | null;
}

async function watchFewer(
  start: Found,
  target: number,
  expected: number,
  world: TuneWorld,
  { watch }: TuneOptions,
): Promise<Seen> {
  const began = start.model.uptime;
  const observations = new Observations();
  const waited: boolean[] = [];
  const workers = workersOf(start);
  let fullSince: number | null = null;
  let found = start;
  for (;;) {
    found = await look(start.server.key, world);
    observations.record(found.model);
    const summary = summaryOf(observations, found) ?? nothing;
    const passed = found.model.uptime - began;
    const ended = (why: string | null): Seen => ({ found, summary, putBack: why });
    if (world.stop.aborted) return ended('it was interrupted');
    waited.push((found.server.queue ?? 0) > 0);
    const recent = waited.slice(-WINDOW);
    const count = recent.filter(Boolean).length;
    if (count >= tooMany(recent.length, expected))
      return ended(`put back after ${duration(passed)}: in ${count} of ${recent.length} readings somebody waited`);
    const { activity } = found.server;
    const full = activity !== null && activity.inUse !== null && activity.inUse === activity.total;
    fullSince = full ? (fullSince ?? found.model.uptime) : null;
    if (fullSince !== null && found.model.uptime - fullSince >= LONGEST_FULL)
      return ended(`put back after ${duration(passed)}: all were in use for ${LONGEST_FULL} s`);
    if (found.server.workers.current !== target || workersOf(found) !== workers)
      return ended(`put back after ${duration(passed)}: its workers changed by themselves`);
    if (passed >= watch) return ended(null);
  }
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
  total: 0,
};

function workersOf({ server }: Found): string {
  return server.processes.flatMap(({ role, key }) => (role === 'worker' ? [key] : [])).join(' ');
}

/** Brings back what was trimmed. The journal stays where that fails. */
export async function putBack(found: Found, target: number, world: TuneWorld): Promise<Found> {
  world.say(`Putting back: ${found.server.workers.current} → ${target} workers.`);
  const operation = await world.change(found.server.key, target, true);
  if (typeof operation === 'string')
    throw new TuneRefusal(`It could not be put back to ${target} workers: ${operation}`);
  if (operation.phase !== 'done') throw new TuneRefusal(`It could not be put back: ${operation.text}`);
  world.journal.clear();
  return look(found.server.key, world);
}
