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
      const { each, count } = await measure(on.job.pid);
      met &&= each <= COST;
      rows.push(`| ${scene.server} | ${count} | ${(each * 1e6).toFixed(1)} |`);
      process.stdout.write(`${rows.at(-1)}\n`);
    } finally {
      await sending.end();
      await on.end();
    }
  }
  write('cost', 'What reading it costs', [
    `Each worker or thread is read ${READINGS} times, while requests come; the median. Without the tables of connections, which have a budget of 1 % of the time.`,
    'An idle worker that sleeps in select(2) or poll(2) takes two reads: its call, and the set of descriptors in its memory. An equal call may wait for another set.',
    '',
    '| server | workers or threads | µs each |',
    '| --- | --: | --: |',
    ...rows,
    '',
    `Allowed: ${COST * 1e6} µs: ${met ? 'met' : '**missed**'}.`,
  ]);
  return met;
}

async function measure(master: number): Promise<{ readonly each: number; readonly count: number }> {
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
  let count = 0;
  for (let time = 0; time < READINGS; time++) {
    // So much later that threads are not named any more, at one moment, so that nothing is due again.
    const found = reader.read(requests, (pid) => workers.get(pid), now + (time === 0 ? 0 : 6));
    count = [...found.values()].reduce((sum, { doing }) => sum + doing.length, 0);
    costs.push(reader.cost / count);
    if (time % 20 === 0) await pause(0.005);
  }
  reader.close();
  const sorted = costs.slice(COLD).sort((a, b) => a - b);
  return { each: sorted[sorted.length >> 1] ?? 0, count };
}
