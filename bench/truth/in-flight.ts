import type { Model, Server } from '../../src/model/model.ts';
import { Observer } from '../../src/observer.ts';
import { factRequests } from '../../src/servers/registry.ts';
import { LocalTree } from '../../src/source/proc/local-tree.ts';
import { ProcSource } from '../../src/source/proc/proc-source.ts';
import { filesHere } from '../../test/helpers/files.ts';
import { pause } from '../machine.ts';
import type { Arrivals } from './arrivals.ts';
import { putRow, rowsBefore, rowText, write } from './document.ts';
import { type Answered, startLoad } from './load.ts';
import { seeded } from './random.ts';
import { early, type Scene } from './scenes.ts';
import { monotonic, onStage, type Stage } from './watch.ts';

/** Seconds that a request takes on average, between two readings, and until all threads have been started. */
const MEAN = 0.1;
const EVERY = 0.25;
const WARMING = 5;

/** Share by which what is said may differ. */
const ALLOWED = 0.1;

/** Cells of a row that say what it is of. */
const KEYS = 2;

const MISSED = '**missed**';

interface Coming {
  readonly name: string;
  readonly arrivals: Arrivals;
  readonly keepAlive?: true;
}

/** Two at once are fewer than there are threads, twenty are more. */
const comings: readonly Coming[] = [
  { name: 'at random, 2 on average', arrivals: { kind: 'random', rate: 2 / MEAN, size: 1 } },
  { name: 'always 20 at once', arrivals: { kind: 'closed', clients: 20 } },
  {
    name: 'at random, 2 on average, connections kept',
    arrivals: { kind: 'random', rate: 2 / MEAN, size: 1 },
    keepAlive: true,
  },
  { name: 'always 20 at once, connections kept', arrivals: { kind: 'closed', clients: 20 }, keepAlive: true },
];

/** Requests that a server which accepts early has at hand, as it is read and as it is. @returns whether all bars are met */
export async function inFlight(seconds: number, word: string): Promise<boolean> {
  const rows = new Map(rowsBefore('in-flight', KEYS));
  let met = true;
  for (const scene of early) {
    if (!scene.server.includes(word)) continue;
    for (const [index, coming] of comings.entries()) {
      // Of an event loop, connections are counted and nothing else.
      if (scene.server.startsWith('uvicorn') && coming.keepAlive) continue;
      const cells = await onStage(scene, (on) => tryComing(scene, coming, on, seconds, index + 1));
      putRow(rows, cells, KEYS);
      met = save(rows);
    }
  }
  return met;
}

/** @returns whether all bars are met */
function save(rows: ReadonlyMap<string, readonly string[]>): boolean {
  const names = early.flatMap(({ server }) => comings.map(({ name }) => `${server} | ${name}`));
  const all = names.map((name) => rows.get(name) ?? []).filter(({ length }) => length > 0);
  const met = all.every((cells) => !cells.includes(MISSED));
  write('in-flight', 'Requests in flight', [
    `Requests of ${MEAN * 1000} ms on average (exponential). Said: threads in use and not held by a client, and connections that wait for one or to be accepted; of an event loop its open connections. True: requests`,
    'that the client has sent and that were not answered yet, while it was read. Means of the same readings. Unknown: those in which one of the figures was not told. With kept',
    'connections a loop has open ones without a request, and nothing is said of requests: these rows are missing. A thread of puma stays with a kept connection for 0.2 s after its answer.',
    '',
    '| server | requests | readings | unknown | said | true | off by | |',
    '| --- | --- | --: | --: | --: | --: | --: | --- |',
    ...all.map(rowText),
    '',
    `Allowed: ${ALLOWED * 100} %: ${met ? 'met' : MISSED}.`,
  ]);
  return met;
}

async function tryComing(
  scene: Scene,
  { name, arrivals, keepAlive }: Coming,
  on: Stage,
  seconds: number,
  seed: number,
): Promise<readonly string[]> {
  const answers: Answered[] = [];
  const load = { to: on.to, work: scene.work, mean: MEAN, arrivals, seed, ...(keepAlive ? { keepAlive } : {}) };
  const source = new ProcSource({ tree: new LocalTree('/proc'), factRequests, files: filesHere() });
  const observer = new Observer(source, { memoryTotal: null });
  const random = seeded(seed);
  let readings: Reading[] = [];
  // Where idle threads sleep is learnt before there are requests.
  const warm = startLoad({ ...load, arrivals: { kind: 'closed', clients: 12 } });
  await pause(WARMING / 2);
  await warm.end();
  const readFor = async (duration: number) => {
    const ends = monotonic() + duration;
    while (monotonic() < ends) {
      await pause(EVERY * (0.5 + random()));
      const from = monotonic();
      const model = await observer.observe({ memoryBudget: 0, watch: new Set() });
      const server = serverOf(model, on.job.pid);
      readings.push({ from, to: monotonic(), said: server === null ? null : inFlightOf(server) });
    }
  };
  await readFor(WARMING);
  const sending = startLoad(load, (one) => answers.push(one));
  await pause(2);
  await readFor(1);
  readings = [];
  await readFor(seconds);
  await sending.end();
  source.close();
  const told = readings.flatMap(({ from, to, said }) =>
    said === null ? [] : { said, was: inFlightFrom(from, to, answers) },
  );
  const said = mean(told.map((one) => one.said));
  const was = mean(told.map((one) => one.was));
  const off = said / was - 1;
  return [
    scene.server,
    name,
    String(told.length),
    String(readings.length - told.length),
    said.toFixed(2),
    was.toFixed(2),
    `${(100 * off).toFixed(1)} %`,
    Math.abs(off) <= ALLOWED ? '' : MISSED,
  ];
}

interface Reading {
  /** Seconds of CLOCK_MONOTONIC. */
  readonly from: number;
  readonly to: number;
  /** Null if it was not told. */
  readonly said: number | null;
}

/** Requests in flight on average between two times. */
function inFlightFrom(from: number, to: number, answers: readonly Answered[]): number {
  const within = answers.map(({ at, latency }) => Math.max(0, Math.min(to, at) - Math.max(from, at - latency)));
  return within.reduce((sum, one) => sum + one, 0) / (to - from);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, one) => sum + one, 0) / values.length;
}

function serverOf({ projects }: Model, head: number): Server | null {
  return projects.flatMap(({ servers }) => servers).find((server) => server.head.pid === head) ?? null;
}

/** Null if it is not told. */
function inFlightOf({ activity, queue }: Server): number | null {
  if (activity === null || queue === null) return null;
  if (activity.unit === 'loop') return activity.accepted === null ? null : activity.accepted + queue;
  if (activity.inUse === null) return null;
  const held = activity.doing.filter((doing) => doing === 'client').length;
  // The queue has those that wait inside, too.
  return activity.inUse - held + queue;
}
