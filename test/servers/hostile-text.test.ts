import { afterEach, expect, it } from 'vitest';
import { cpuStopwatch } from '../../src/cli/stopwatch.ts';
import { buildModel } from '../../src/model/build.ts';
import { claimOf, limitRecognition, RECOGNITION_LIMIT, tookTooLong } from '../../src/servers/registry.ts';
import type { ProcessSample } from '../../src/snapshot.ts';
import { facts, sample, snapshot } from '../helpers/samples.ts';

const LONG = 128 * 1024;

/** Pieces that the titles of servers are made of, and what comes between them. */
const pieces = [
  ') [',
  'puma 6.4.2 (tcp) [a',
  'gunicorn: master [a',
  '[celeryd: a:Beat] -a- (',
  'uWSGI master ',
  'Passenger RubyApp: ',
  'rq:worker:a: Listening on ...',
  'sidekiq 7 [1 of 1 busy] ',
  'unicorn master ',
  'php-fpm: pool ',
  'PM2 v1: God Daemon (',
  'from multiprocessing.spawn import spawn_main',
  '://a:b@',
  'TOKEN=',
  '"token"  :',
  'eyJ',
  ' ',
  'a',
  '/lib/python3/site-packages/',
] as const;

const argvs: readonly (readonly [string, readonly string[]])[] = pieces.flatMap((piece) => {
  const text = piece.repeat(Math.ceil(LONG / piece.length));
  return [
    [`a title of ${piece}`, [text]],
    [`a title that begins as one of a server's, of ${piece}`, [`puma 6.4.2 (${text}`]],
    [`an argument of ${piece}`, ['python3', '-m', 'gunicorn', text]],
    [`a value of ${piece}`, ['uwsgi', '--ini', text, '--stats', text]],
    [`arguments of ${piece}`, text.match(/.{1,4}/gs) ?? []],
  ] as const;
});

/** Milliseconds of CPU, the least of several. */
function timeOf(process: () => ProcessSample): number {
  const times = [1, 2, 3].map(() => {
    const hostile = process();
    const elapsed = cpuStopwatch();
    buildModel(snapshot([hostile]), null, { memoryTotal: null });
    return elapsed();
  });
  return Math.min(...times);
}

it.each(argvs)('a process is told what it is within 50 ms: %s', (_, argv) => {
  const hostile = () => sample({ pid: 1, argv: [...argv], cgroup: `/${argv.join('')}`, cwd: '/srv' });
  expect(timeOf(hostile)).toBeLessThan(RECOGNITION_LIMIT);
});

it('a variable of 128 KiB is read within 50 ms', () => {
  for (const piece of pieces) {
    const text = piece.repeat(Math.ceil(LONG / piece.length));
    const environment = { GUNICORN_CMD_ARGS: text, WEB_CONCURRENCY: text, PWD: text };
    const hostile = () => sample({ pid: 1, argv: ['gunicorn', 'shop'], environment, cwd: '/srv' });
    expect(timeOf(hostile), piece).toBeLessThan(RECOGNITION_LIMIT);
  }
});

afterEach(() => limitRecognition(() => () => 0));

it('a process that takes longer to tell is an unknown one, marked, and not tried again while nothing of it changes', () => {
  let started = 0;
  limitRecognition(() => {
    started++;
    return () => RECOGNITION_LIMIT + 1;
  });
  const slow = facts({ argv: ['gunicorn: master [shop]'] });
  expect([claimOf(slow), tookTooLong(slow), claimOf(slow)]).toEqual([null, true, null]);
  expect(started).toBe(1);
  const model = buildModel(snapshot([sample({ pid: 1, facts: slow })]), null, { memoryTotal: null });
  expect(model.system.processes.map(({ unrecognised }) => unrecognised)).toEqual([true]);
  limitRecognition(() => () => RECOGNITION_LIMIT);
  expect(claimOf({ ...slow })).not.toBeNull();
});
