import { putRow, rowsBefore, rowText, write } from './document.ts';
import { scenes } from './scenes.ts';
import type { Verdict } from './truth.ts';
import { onStage, watch } from './watch.ts';

/** Shares and differences that are good enough. */
const RIGHT = 0.97;
const MEANS = 0.15;
const FEWEST = 5000;
/** Cells of a row that say what it is of, and those with figures that are looked at again. */
const KEYS = 2;
const READINGS = 2;
const BUSY_CALLED_IDLE = 4;

const MISSED = '**missed**';

/** Whether a worker is in use, as it is read and as it is. @returns whether all bars are met */
export async function inUse(seconds: number, word: string): Promise<boolean> {
  const rows = new Map(rowsBefore('in-use', KEYS));
  let met = true;
  for (const scene of scenes) {
    if (!`${scene.server} ${scene.work}`.includes(word)) continue;
    const { verdict } = await onStage(scene, (on) => watch(scene, on, { seconds, every: 0.02, seed: 1 }));
    putRow(rows, rowOf(scene.server, scene.work, verdict), KEYS);
    met = save(rows);
  }
  return met;
}

/** @returns whether all bars are met */
function save(rows: ReadonlyMap<string, readonly string[]>): boolean {
  const all = scenes
    .map(({ server, work }) => rows.get(`${server} | ${work}`) ?? [])
    .filter(({ length }) => length > 0);
  const sum = (column: number) => all.reduce((total, cells) => total + Number(cells[column]), 0);
  const met = all.every((cells) => !cells.includes(MISSED)) && sum(BUSY_CALLED_IDLE) === 0 && sum(READINGS) >= FEWEST;
  write('in-use', 'Whether a worker is in use', [
    `Requests come at random (an open loop, Poisson), and take ${'50 ms'} on average. Readings while a request began or ended are left out.`,
    'Said and true: those in use at once, on average. Work: `db` a blocking recv(2), as of PyMySQL and redis-py; `pg` poll(2), as of libpq; `sel`',
    'select(2); `cpu` computing; `mix` five times a little of both; `sub` a child; `lock` a lock of the app.',
    'A thread is in use from when its server puts a request into the queue of the pool, or it has ended the one before, until it is ready for the next.',
    'Where idle threads sleep is learnt in some seconds before the first request. An idle worker that goes back to its listener is called busy for as long as it computes.',
    'So is a thread of puma that was woken for a request which another took: where all compute, it waits for its turn to find that out (idle called busy).',
    '',
    '| server | work | readings | right | busy called idle | idle called busy | left out | said | true | |',
    '| --- | --- | --: | --: | --: | --: | --: | --: | --: | --- |',
    ...all.map(rowText),
    '',
    `Allowed: ${RIGHT * 100} % right and means within ${MEANS} in each row, nothing called idle while in use, in ${FEWEST} readings: ${met ? 'met' : MISSED}`,
    `(${sum(READINGS)} readings, ${sum(BUSY_CALLED_IDLE)} called idle while in use).`,
  ]);
  return met;
}

function rowOf(server: string, work: string, verdict: Verdict): readonly string[] {
  const { readings, right, busyCalledIdle, idleCalledBusy, ambiguous, unknown } = verdict;
  const good = right / readings >= RIGHT && Math.abs(verdict.said - verdict.true) <= MEANS;
  return [
    server,
    work,
    String(readings),
    `${((100 * right) / readings).toFixed(1)} %`,
    String(busyCalledIdle),
    String(idleCalledBusy),
    String(ambiguous + unknown),
    verdict.said.toFixed(2),
    verdict.true.toFixed(2),
    good && busyCalledIdle === 0 ? '' : MISSED,
  ];
}
