import fc from 'fast-check';
import type { MemoryReading, ProcessSample } from '../../src/snapshot.ts';
import { caught, directory, sample, virtualenv } from './samples.ts';

const argvs: readonly (readonly string[])[] = [
  [],
  ['-bash'],
  ['/bin/sh', '-c', 'gunicorn shop.wsgi'],
  ['tini', '--', 'gunicorn'],
  ['gunicorn: master [shop.wsgi]'],
  ['gunicorn: master [shop.wsgi.2]'],
  ['gunicorn: worker [shop.wsgi]'],
  ['gunicorn: dirty-arbiter'],
  ['/p/.venv/bin/python3', '/p/.venv/bin/gunicorn', '-w', '3', 'shop.wsgi'],
  ['[celeryd: celery@vps1:MainProcess] -active- (-A shop worker)'],
  ['[celeryd: celery@vps1:ForkPoolWorker-1]'],
  ['celery', '-A', 'shop', 'worker', '-B'],
  ['[celery beat]'],
  ['celery', '-A', 'shop', 'beat'],
  ['postgres: 15/main: checkpointer '],
  ['redis-server *:6379'],
  ['nginx: worker process'],
  ['node', 'server.js'],
  ['PM2 v7.0.4: God Daemon (/home/web/.pm2)'],
  ['python3', 'job.py'],
  ['/usr/bin/top'],
];

const reading: fc.Arbitrary<MemoryReading> = fc
  .record({
    sizes: fc.array(fc.nat(2 ** 32), { minLength: 3, maxLength: 3 }),
    known: fc.boolean(),
    swap: fc.option(fc.nat(2 ** 30)),
    fresh: fc.boolean(),
  })
  .map(({ sizes, known, swap, fresh }) => {
    const [uss = 0, pss = 0, rss = 0] = sizes.toSorted((a, b) => a - b);
    if (!known) return { rss, pss: null, uss: null, swap, quality: 'estimate', fresh };
    return { rss, pss, uss, swap, quality: 'exact', fresh };
  });

const one = fc.record({
  parent: fc.nat(30),
  argv: fc.constantFrom(...argvs),
  state: fc.constantFrom('S', 'R', 'D', 'T', 'Z'),
  caught: fc.constantFrom(null, ...Object.values(caught)),
  blocked: fc.constantFrom(null, 0, 0, 0, 0x300000),
  path: fc.constantFrom('/', '/p/shop', '/q/shop', '/home/bob', null),
  marker: fc.constantFrom('manage.py', null),
  venv: fc.constantFrom('/p/.venv', '/v/other', null),
  user: fc.constantFrom('web', 'root', null),
  cgroup: fc.constantFrom(null, `/docker/${'0123456789abcdef'.repeat(4)}`, '/system.slice/shop.service'),
  environment: fc.constantFrom(
    {},
    {},
    { name: 'api', pm_id: '0', increment_var: 'PORT' },
    { 'pm2_env.name': 'web', 'pm2_env.pm_id': '1' },
  ),
  startTicks: fc.nat(1000),
  memory: reading,
});

/** Process tables as random as they come, with circles, unknown parents and children of zombies. */
export const processTables: fc.Arbitrary<readonly ProcessSample[]> = fc.array(one, { maxLength: 30 }).map((list) =>
  list.map(({ parent, path, marker, venv, ...rest }, index) =>
    sample({
      ...rest,
      pid: index + 1,
      ppid: parent,
      cwd: path,
      directory: path === null ? null : directory(path, { marker }),
      virtualenv: venv === null ? null : virtualenv(venv),
    }),
  ),
);
