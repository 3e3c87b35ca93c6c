import { closeSync, openSync, readSync } from 'node:fs';
import { ActivityReader } from '../../src/source/proc/activity/activity-reader.ts';
import { viewOf } from '../../test/helpers/files.ts';
import { pause } from '../machine.ts';
import { write } from './document.ts';
import { startLoad } from './load.ts';
import { costly } from './scenes.ts';
import { monotonic, requestsFor, stage, workerOf } from './watch.ts';

/** Seconds that a reading of one worker or thread may take. */
const COST = 6e-6;

/** Readings of each scene, right after each other, of which the first are left out: caches are cold then. */
const READINGS = 2000;
const COLD = 200;

/** What it costs to read whether workers are in use. @returns whether it is within the bar */
export async function cost(word: string): Promise<boolean> {
  const rows: string[] = [];
  let met = true;
  for (const scene of costly) {
    if (!scene.server.includes(word)) continue;
    const on = await stage(scene);
    const load = {
      to: on.to,
      work: scene.work,
      mean: 0.05,
      arrivals: { kind: 'random', rate: 60, size: 1 },
      seed: 1,
    } as const;
    const sending = startLoad(load);
    try {
      await pause(8);
      const { each, bare, count } = await measure(on.job.pid);
      met &&= each <= COST;
      rows.push(`| ${scene.server} | ${count} | ${(each * 1e6).toFixed(1)} | ${(bare * 1e6).toFixed(1)} |`);
      process.stdout.write(`${rows.at(-1)}\n`);
    } finally {
      await sending.end();
      await on.end();
    }
  }
  write('cost', 'What reading it costs', [
    `Each worker or thread is read ${READINGS} times, while requests come; the median. Without the tables of connections, which have a budget of 1 % of the time.`,
    'Bare: one read of its `syscall` through a kept descriptor, and nothing else: no less is possible from Node. A call that waits for a connection in poll(2) takes a',
    'second read, of the descriptors in its memory. So does select(2), unless the same call was seen before and its first argument tells its highest descriptor.',
    '',
    '| server | workers or threads | µs each | bare |',
    '| --- | --: | --: | --: |',
    ...rows,
    '',
    `Allowed: ${COST * 1e6} µs: ${met ? 'met' : '**missed**'}.`,
  ]);
  return met;
}

interface Measured {
  /** Seconds for each worker or thread: all of it, and one bare read. */
  readonly each: number;
  readonly bare: number;
  readonly count: number;
}

async function measure(master: number): Promise<Measured> {
  const requests = await requestsFor(master);
  if (requests === null) throw new Error(`${master} has no workers`);
  // workertop asks a helper for these, and keeps the answer.
  const kept = new Map<string, readonly number[] | null>();
  const epollTargets = (path: string) => {
    if (!kept.has(path)) kept.set(path, viewOf('/').epollTargets(path));
    return kept.get(path) ?? null;
  };
  const reader = new ActivityReader('/proc', process.arch, epollTargets);
  const workers = new Map([...requests.keys()].map((pid) => [pid, workerOf(pid)]));
  const now = monotonic();
  const costs: number[] = [];
  const bares: number[] = [];
  const files = [...requests.keys()].map((pid) => openSync(`/proc/${pid}/syscall`, 'r'));
  let count = 0;
  for (let time = 0; time < READINGS; time++) {
    // So much later that threads are not named any more, at one moment, so that nothing is due again.
    const found = reader.read(requests, (pid) => workers.get(pid), now + (time === 0 ? 0 : 6));
    count = [...found.values()].reduce((sum, { doing }) => sum + doing.length, 0);
    costs.push(reader.cost / count);
    bares.push(readAll(files) / files.length);
    if (time % 20 === 0) await pause(0.005);
  }
  reader.close();
  for (const file of files) closeSync(file);
  return { each: median(costs.slice(COLD)), bare: median(bares.slice(COLD)), count };
}

const bytes = Buffer.alloc(1024);

/** Seconds that it takes to read each of these files once. */
function readAll(files: readonly number[]): number {
  const began = performance.now();
  for (const file of files) readSync(file, bytes, 0, bytes.length, 0);
  return (performance.now() - began) / 1000;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? 0;
}
