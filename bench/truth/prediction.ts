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
import { write } from './document.ts';
import { exponential, load, seeded } from './load.ts';
import { apps, type Scene } from './scenes.ts';
import { type Stage, stage } from './watch.ts';

/** Workers at which it is watched, and those that it is trimmed to. */
const MOST = 8;
const COUNTS = [5, 4, 3, 2];

/** Seconds that a request takes on average, and requests in a second. */
const MEAN = 0.12;
const RATE = 12;

/** A request that waits for less than this has not waited: the machine takes as long for other reasons. Seconds. */
const WAITED = 0.02;

/** What is good enough: of the share that waits, and the factor of the mean wait. */
const SHARE = 0.12;
const FACTOR = 2;

/** Seconds between two readings. */
const EVERY = 0.7;

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
  /** Seconds from one arrival to the next, and how many come with it. */
  next(random: () => number): { readonly gap: number; readonly count: number };
  /** Whether the prediction was made for such arrivals: else it is told, and is no bar. */
  readonly isBar: boolean;
  /** Where it needs other times than the rest. */
  readonly times?: PredictionTimes;
}

/** Seconds of one rise and fall of the rate, and by which share of itself it does so. */
const PERIOD = 60;
const SWING = 0.8;

/** Arrivals at random, at a rate that rises and falls. */
function waves(): Pattern {
  let at = 0;
  return {
    name: `in waves of ${PERIOD} s (sine)`,
    isBar: false,
    // A whole number of waves.
    times: { learn: 2 * PERIOD, observe: PERIOD },
    next: (random) => {
      // Thinning: candidates at the highest rate, of which as many are kept as the rate of their moment has.
      const most = RATE * (1 + SWING);
      let gap = 0;
      for (;;) {
        gap += exponential(1 / most, random);
        const rate = RATE * (1 + SWING * Math.sin((2 * Math.PI * (at + gap)) / PERIOD));
        if (random() < rate / most) break;
      }
      at += gap;
      return { gap, count: 1 };
    },
  };
}

/** Arrivals at random, each of so many requests on average. */
function batches(size: number, name: string): Pattern {
  return {
    name,
    isBar: true,
    next: (random) => ({
      gap: exponential(size / RATE, random),
      // Geometric, with that mean.
      count: size === 1 ? 1 : 1 + Math.floor(Math.log(1 - random()) / Math.log(1 - 1 / size)),
    }),
  };
}

const patterns: readonly Pattern[] = [
  batches(1, 'at random (Poisson)'),
  batches(2, 'in bursts, of 2 on average'),
  batches(3, 'in bursts, of 3 on average'),
  waves(),
];

export interface PredictionTimes {
  /** Seconds for which it is watched, and for which each smaller number is tried. */
  readonly learn: number;
  readonly observe: number;
}

/**
 * Compares what workertop predicts for fewer workers with what is measured once there are fewer.
 * @returns whether all bars are met
 */
export async function prediction(usual: PredictionTimes): Promise<boolean> {
  const rows: string[] = [];
  let met = true;
  for (const [index, pattern] of patterns.entries()) {
    const on = await stage(scene);
    try {
      const { learn, observe } = pattern.times ?? usual;
      const good = await tryPattern(pattern, index + 1, on, learn, observe, rows);
      if (pattern.isBar) met &&= good;
    } finally {
      await on.end();
    }
  }
  write('prediction', 'What fewer workers would do', [
    `gunicorn, requests of ${MEAN * 1000} ms on average (exponential) that wait for a database, ${RATE} a second. It is watched for ${usual.learn} s at ${MOST} workers, then`,
    `trimmed by TTOU, and each number tried for ${usual.observe} s (waves: ${2 * PERIOD} and ${PERIOD} s). Waited: longer than ${WAITED * 1000} ms. a: in use at once; z: peakedness.`,
    '',
    '| requests come | a | z | workers | waited | mean wait | plain Erlang C | with peakedness | |',
    '| --- | --: | --: | --: | --: | --: | --: | --: | --- |',
    ...rows,
    '',
    `Allowed: the share within ${SHARE}, the mean wait within a factor of ${FACTOR} (or 10 ms), for the first three: ${met ? 'met' : '**missed**'}.`,
  ]);
  return met;
}

async function tryPattern(
  pattern: Pattern,
  seed: number,
  on: Stage,
  learn: number,
  observe: number,
  rows: string[],
): Promise<boolean> {
  const random = seeded(seed);
  const waits: number[] = [];
  const ending = new AbortController();
  const answered = (service: number, latency: number) => {
    waits.push(latency - service);
  };
  const next = () => pattern.next(random);
  const sending = load({ to: on.to, work: 'pg', mean: MEAN, next, random, answered }, ending.signal);
  let met = true;
  try {
    await pause(3);
    waits.length = 0;
    const summary = await learned(on.job.pid, learn, random);
    // What a request takes besides its work where hardly one waits.
    const usual = median(waits);
    for (const workers of COUNTS) {
      await trimTo(on.job.pid, workers);
      await pause(2);
      waits.length = 0;
      await pause(observe);
      const seen = waits.map((wait) => Math.max(0, wait - usual));
      const row = compared(pattern.name, summary, workers, seen);
      met &&= row.met;
      process.stdout.write(`${row.text}\n`);
      rows.push(row.text);
    }
  } finally {
    ending.abort();
    await sending;
  }
  return met;
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
      observations.record(model);
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

function compared(name: string, summary: Summary, workers: number, waits: readonly number[]) {
  const { inUse, peakedness } = summary;
  const share = waits.filter((wait) => wait > WAITED).length / waits.length;
  const mean = waits.reduce((sum, wait) => sum + wait, 0) / waits.length;
  const plain = waiting(workers, inUse, 1);
  const peaked = waiting(workers, inUse, peakedness);
  const expected = peaked.mean * MEAN;
  const near = Math.abs(mean - expected) < 0.01 || (mean < FACTOR * expected && expected < FACTOR * mean);
  const met = Math.abs(share - peaked.share) <= SHARE && near;
  const ms = (seconds: number) => (Number.isFinite(seconds) ? `${Math.round(seconds * 1000)} ms` : '∞');
  const cells = [
    name,
    `${inUse.toFixed(2)}±${summary.error.toFixed(2)}`,
    peakedness.toFixed(2),
    workers,
    share.toFixed(2),
    ms(mean),
    `${erlangC(workers, inUse).toFixed(2)}, ${ms(plain.mean * MEAN)}`,
    `${peaked.share.toFixed(2)}, ${ms(expected)}`,
    met ? '' : '**missed**',
  ];
  return { text: `| ${cells.join(' | ')} |`, met };
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
