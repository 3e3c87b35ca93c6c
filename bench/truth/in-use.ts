import { write } from './document.ts';
import { scenes } from './scenes.ts';
import type { Verdict } from './truth.ts';
import { stage, watch } from './watch.ts';

/** Shares and differences that are good enough. */
const RIGHT = 0.97;
const MEANS = 0.15;
const FEWEST = 5000;

/** Whether a worker is in use, as it is read and as it is. @returns whether all bars are met */
export async function inUse(seconds: number): Promise<boolean> {
  const rows: string[] = [];
  let readings = 0;
  let busyCalledIdle = 0;
  let met = true;
  for (const scene of scenes) {
    const on = await stage(scene);
    try {
      const { verdict } = await watch(scene, on, { seconds, every: 0.02, seed: 1 });
      const good = verdict.right / verdict.readings >= RIGHT && Math.abs(verdict.said - verdict.true) <= MEANS;
      if (!scene.known) {
        readings += verdict.readings;
        met &&= good;
      }
      if (!scene.known && !scene.threads) busyCalledIdle += verdict.busyCalledIdle;
      const row = rowOf(scene.server, scene.work, verdict, scene.known ?? (good ? '' : '**missed**'));
      process.stdout.write(`${row}\n`);
      rows.push(row);
    } finally {
      await on.end();
    }
  }
  met &&= busyCalledIdle === 0 && readings >= FEWEST;
  write('in-use', 'Whether a worker is in use', [
    `Requests come at random (an open loop, Poisson), and take ${'50 ms'} on average. Readings while a request began or ended are left out.`,
    'Said and true: those in use at once, on average. Work: `db` a blocking recv(2), as of PyMySQL and redis-py; `pg` poll(2), as of libpq; `sel`',
    'select(2); `cpu` computing; `mix` five times a little of both; `sub` a child; `lock` a lock of the app.',
    'An idle worker that goes back to its listener, and gets no CPU to do so, is called busy: that happens more often where the load is above the number of cores.',
    '',
    '| server | work | readings | right | busy called idle | idle called busy | left out | said | true | |',
    '| --- | --- | --: | --: | --: | --: | --: | --: | --: | --- |',
    ...rows,
    '',
    `Allowed: ${RIGHT * 100} % right and means within ${MEANS} in each row, no process called idle while in use, in ${FEWEST} readings: ${met ? 'met' : '**missed**'}`,
    `(${readings} readings, ${busyCalledIdle} processes called idle while in use).`,
  ]);
  return met;
}

function rowOf(server: string, work: string, verdict: Verdict, note: string): string {
  const { readings, right, busyCalledIdle, idleCalledBusy, ambiguous, unknown } = verdict;
  const cells = [
    server,
    work,
    readings,
    `${((100 * right) / readings).toFixed(1)} %`,
    busyCalledIdle,
    idleCalledBusy,
    ambiguous + unknown,
    verdict.said.toFixed(2),
    verdict.true.toFixed(2),
    note,
  ];
  return `| ${cells.join(' | ')} |`;
}
