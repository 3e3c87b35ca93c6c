import { readdirSync, readFileSync } from 'node:fs';
import { erlangC, waiting } from '../../src/model/activity/erlang.ts';
import { Observations, serverId } from '../../src/model/activity/observations.ts';
import { type Summary, summarise } from '../../src/model/activity/statistics.ts';
import { Observer } from '../../src/observer.ts';
import { factRequests } from '../../src/servers/registry.ts';
import { LocalTree } from '../../src/source/proc/local-tree.ts';
import { ProcSource } from '../../src/source/proc/proc-source.ts';
import { eventually } from '../../test/helpers/eventually.ts';
import { filesHere } from '../../test/helpers/files.ts';
import { pause } from '../machine.ts';
import type { Arrivals } from './arrivals.ts';
import { keyOf, rowsBefore, rowText, write } from './document.ts';
import { startLoad } from './load.ts';
import { seeded } from './random.ts';
import { apps, type Scene } from './scenes.ts';
import { onStage, type Stage } from './watch.ts';

/** Workers at which it is watched. */
const MOST = 8;

/** Seconds that a request takes on average, and requests in a second. */
const MEAN = 0.05;
const RATE = 30;

/** A request that waits for less than this has not waited: a worker takes as long to wake. Seconds. */
const WAITED = 0.005;

/** What is good enough: of the share that waits, and the factor of the mean wait, unless that is below this time. */
const SHARE = 0.12;
const FACTOR = 2;
const SHORT = 0.005;

/**
 * Seconds between two readings. They say more the more there are: these are as many as of eight minutes at the pace of
 * `advise`, and neighbours are still twice as far apart as a request is long.
 */
const EVERY = 0.1;
/** So much longer than it is, the time between them is told: observations leave out what comes faster. */
const FASTER = 5;

/** Cells of a row that say what it is of. */
const KEYS = 2;

/** The cell of a row that was not made at first, and what stands in it in rows of that time. */
const TRUE_A = 3;
const UNTOLD = '–';

const MISSED = '**missed**';

const scene: Scene = {
  server: 'gunicorn sync',
  work: 'pg',
  command: ({ port, folder }) => [
    ...['/usr/bin/python3', '/usr/bin/gunicorn', '-b', `127.0.0.1:${port}`, '--chdir', apps],
    ...['--worker-tmp-dir', folder, '-w', String(MOST), 'web'],
  ],
};

interface Pattern {
  readonly name: string;
  readonly arrivals: Arrivals;
  /** Whether the prediction was made for such arrivals: else it is told, and is no bar. */
  readonly isBar: boolean;
  /** Seconds for which it is watched, and for which smaller numbers of workers are tried. */
  readonly learn: number;
  readonly counts: readonly (readonly [workers: number, seconds: number])[];
}

/** Seconds of one rise and fall of the rate. */
const PERIOD = 75;

// The fewer there are, the longer requests wait for each other.
const usual: Pick<Pattern, 'isBar' | 'learn' | 'counts'> = {
  isBar: true,
  learn: 80,
  counts: [
    [5, 14],
    [4, 16],
    [3, 38],
    [2, 70],
  ],
};

const patterns: readonly Pattern[] = [
  { ...usual, name: 'at random (Poisson)', arrivals: { kind: 'random', rate: RATE, size: 1 } },
  { ...usual, name: 'in bursts, of 2 on average', arrivals: { kind: 'random', rate: RATE, size: 2 } },
  { ...usual, name: 'in bursts, of 3 on average', arrivals: { kind: 'random', rate: RATE, size: 3 } },
  {
    name: 'in waves (sine)',
    arrivals: { kind: 'waves', rate: RATE, swing: 0.8, period: PERIOD },
    isBar: false,
    learn: PERIOD,
    counts: [
      [3, PERIOD],
      [2, PERIOD],
    ],
  },
  {
    name: 'as of many visitors',
    arrivals: { kind: 'visitors', rate: RATE },
    isBar: false,
    learn: 75,
    counts: [
      [3, 60],
      [2, 75],
    ],
  },
];

/**
 * Compares what workertop predicts for fewer workers with what is measured once there are fewer.
 * @param word of the names of patterns that are tried
 * @returns whether all bars are met
 */
export async function prediction(word: string): Promise<boolean> {
  const rows = new Map(rowsBefore('prediction', KEYS));
  let met = true;
  for (const [index, pattern] of patterns.entries()) {
    if (!pattern.name.includes(word)) continue;
    const tried = await onStage(scene, (on) => tryPattern(pattern, index + 1, on));
    for (const cells of tried) rows.set(keyOf(cells, KEYS), cells);
    met = save(rows);
  }
  return met;
}

/** @returns whether all bars are met */
function save(rows: ReadonlyMap<string, readonly string[]>): boolean {
  const rowsOf = ({ name, counts }: Pattern) => counts.map(([count]) => rows.get(`${name} | ${count}`) ?? []);
  const all = (some: readonly Pattern[]) => some.flatMap(rowsOf).filter(({ length }) => length > 0);
  const isOld = all(patterns).some((cells) => cells[TRUE_A] === UNTOLD);
  const met = all(patterns.filter(({ isBar }) => isBar)).every((cells) => !cells.includes(MISSED));
  write('prediction', 'What fewer workers would do', [
    `gunicorn, requests of ${MEAN * 1000} ms on average (exponential) that wait for a database, ${RATE} a second. It is watched for ${usual.learn} s at ${MOST} workers, then`,
    `trimmed by TTOU, and each smaller number is tried for ${usual.counts.map(([, seconds]) => seconds).join(', ')} s. A wait is from when the client sends until a worker has read the request, by one clock, less what that takes at ${MOST} workers. Waited: longer than ${WAITED * 1000} ms.`,
    `a: in use at once, as it is read at ${MOST}; true a: how long requests held a worker meanwhile, divided by the time; a then: the same while there were so many. With fewer workers fewer`,
    'wake for each request, which takes less on a machine with few cores. z: peakedness. The errors are halves of 95 % intervals: that of',
    `what was measured comes from ${BATCHES} stretches of the time, since requests that wait do so together.`,
    '',
    `Arrivals that nothing was fitted to. Waves: the rate rises and falls by 80 % within ${PERIOD} s, which is one wave of ten minutes with requests of ${(600 / PERIOD) * MEAN * 1000} ms, all ${600 / PERIOD} times as`,
    'fast; each number is tried for a whole wave. Visitors: they come at random, ask for a while and stay away for a while, with times of which some are very long (Pareto);',
    'in place of a recorded access log, whose requests are bursty at every scale in the same way.',
    '',
    ...(isOld
      ? [
          `Rows with ${UNTOLD} were measured earlier, as the client sees a wait, with 10 ms as the limit, and beside other work.`,
          '',
        ]
      : []),
    '| requests come | workers | a | true a | a then | z | waited | mean wait | plain Erlang C | with peakedness | |',
    '| --- | --: | --: | --: | --: | --: | --: | --: | --: | --: | --- |',
    ...all(patterns).map(rowText),
    '',
    `Allowed: the share within ${SHARE}, the mean wait within a factor of ${FACTOR} (or ${SHORT * 1000} ms), for the first three: ${met ? 'met' : MISSED}.`,
  ]);
  return met;
}

async function tryPattern(pattern: Pattern, seed: number, on: Stage): Promise<readonly (readonly string[])[]> {
  const random = seeded(seed);
  const waits: number[] = [];
  let inAll = 0;
  const { arrivals, learn, counts } = pattern;
  const sending = startLoad({ to: on.to, work: 'pg', mean: MEAN, arrivals, seed }, ({ waited, latency }) => {
    waits.push(waited);
    // A request holds a worker until it is answered.
    inAll += latency - waited;
  });
  const rows: (readonly string[])[] = [];
  try {
    await pause(4);
    waits.length = 0;
    const before = inAll;
    const began = performance.now();
    const summary = await learned(on.job.pid, learn, random);
    const atMost = ((inAll - before) * 1000) / (performance.now() - began);
    // What a request takes besides its work where hardly one waits.
    const usually = median(waits);
    for (const [workers, seconds] of counts) {
      await trimTo(on.job.pid, workers);
      await pause(2);
      waits.length = 0;
      inAll = 0;
      await pause(seconds);
      const load = inAll / seconds;
      const seen = waits.map((wait) => Math.max(0, wait - usually));
      const cells = compared(pattern.name, summary, [atMost, load], workers, seen);
      process.stdout.write(`${rowText(cells)}\n`);
      rows.push(cells);
    }
  } finally {
    await sending.end();
  }
  return rows;
}

/** What is read at many workers. */
async function learned(master: number, seconds: number, random: () => number): Promise<Summary> {
  const source = new ProcSource({ tree: new LocalTree('/proc'), factRequests, files: filesHere() });
  try {
    const observer = new Observer(source, { memoryTotal: null });
    const observations = new Observations();
    const watch: ReadonlySet<number> = new Set();
    let id = '';
    const ends = performance.now() + seconds * 1000;
    while (performance.now() < ends) {
      const model = await observer.observe({ memoryBudget: 0, watch });
      observations.record({ ...model, uptime: model.uptime * FASTER });
      for (const project of model.projects) {
        for (const server of project.servers) if (server.head.pid === master) id = serverId(project, server);
      }
      await pause(EVERY * (0.75 + 0.5 * random()));
    }
    const summary = summarise(observations.of(id, MOST));
    if (summary === null) throw new Error(`nothing was read of ${master}`);
    return summary;
  } finally {
    source.close();
  }
}

function compared(
  name: string,
  summary: Summary,
  [atMost, load]: readonly [number, number],
  workers: number,
  waits: readonly number[],
): readonly string[] {
  const { inUse, peakedness } = summary;
  const shares = measured(waits.map((wait) => (wait > WAITED ? 1 : 0)));
  const means = measured(waits);
  const [share, mean] = [shares.mean, means.mean];
  const plain = waiting(workers, inUse, 1);
  const peaked = waiting(workers, inUse, peakedness);
  const expected = peaked.mean * MEAN;
  const near = Math.abs(mean - expected) < SHORT || (mean < FACTOR * expected && expected < FACTOR * mean);
  const met = Math.abs(share - peaked.share) <= SHARE && near;
  const ms = (seconds: number) => (Number.isFinite(seconds) ? `${Math.round(seconds * 1000)} ms` : '∞');
  return [
    name,
    String(workers),
    `${inUse.toFixed(2)}±${summary.error.toFixed(2)}`,
    atMost.toFixed(2),
    load.toFixed(2),
    peakedness.toFixed(2),
    `${share.toFixed(2)}±${shares.error.toFixed(2)}`,
    `${Math.round(mean * 1000)}±${ms(means.error)}`,
    `${erlangC(workers, inUse).toFixed(2)}, ${ms(plain.mean * MEAN)}`,
    `${peaked.share.toFixed(2)}, ${ms(expected)}`,
    met ? '' : MISSED,
  ];
}

/** Stretches of the time that are taken as independent, and Student's t for so many with 95 %. */
const BATCHES = 10;
const T_95 = 2.262;

/** A mean, and half of its 95 % interval, from means of successive batches. */
function measured(values: readonly number[]): { readonly mean: number; readonly error: number } {
  const mean = (some: readonly number[]) => some.reduce((sum, value) => sum + value, 0) / some.length;
  const size = Math.floor(values.length / BATCHES);
  const means = Array.from({ length: BATCHES }, (_, index) => mean(values.slice(index * size, (index + 1) * size)));
  const all = mean(values);
  const variance = means.reduce((sum, one) => sum + (one - all) ** 2, 0) / (BATCHES - 1);
  return { mean: all, error: T_95 * Math.sqrt(variance / BATCHES) };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? 0;
}

async function trimTo(master: number, workers: number): Promise<void> {
  const count = () =>
    readdirSync(`/proc/${master}/task`)
      .flatMap((task) => readFileSync(`/proc/${master}/task/${task}/children`, 'utf8').trim().split(' '))
      .filter(Boolean).length;
  while (count() > workers) {
    const before = count();
    process.kill(master, 'SIGTTOU');
    await eventually('one worker fewer', () => count() < before);
  }
}
