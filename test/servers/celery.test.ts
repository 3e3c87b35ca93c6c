import { describe, expect, it } from 'vitest';
import { recognise } from '../../src/servers/recognise.ts';
import { scalingRefusal } from '../../src/servers/scaling.ts';
import { caught, ignored, type SampleOptions, sample } from '../helpers/samples.ts';

const argv = ['/p/bin/python', '/p/bin/celery', '-A', 'shop', 'worker', '-B', '-c', '2'];

function only(options: Partial<SampleOptions>) {
  const [server] = recognise([sample({ pid: 1, caught: caught.celeryMain, ...options })]);
  if (!server) throw new Error('nothing was recognised');
  return server;
}

function refusal(options: Partial<SampleOptions>) {
  const server = only(options);
  return scalingRefusal(server.definition, server, server.headRole);
}

describe('roles', () => {
  it('come from titles', () => {
    const [server, ...more] = recognise([
      sample({ pid: 10, argv: ['[celeryd: celery@vps1:MainProcess] -active- (-A shop worker -B)'] }),
      sample({ pid: 11, ppid: 10, argv: ['[celeryd: celery@vps1:ForkPoolWorker-1]'] }),
      sample({ pid: 12, ppid: 10, argv: ['[celery beat]'] }),
      // Forked this instant, with its parent's title.
      sample({ pid: 13, ppid: 10, argv: ['[celeryd: celery@vps1:MainProcess] -active- (-A shop worker -B)'] }),
    ]);
    expect(more).toEqual([]);
    expect(server?.processes.map(({ process, role }) => [process.pid, role])).toEqual([
      [10, 'master'],
      [11, 'worker'],
      [13, 'worker'],
      [12, 'scheduler'],
    ]);
    expect(server?.claim.app).toBe('shop');
  });

  it('come from masks where main process, pool and the beat of -B have one argv', () => {
    const [server, ...more] = recognise([
      sample({ pid: 10, argv, caught: caught.celeryMain }),
      sample({ pid: 11, ppid: 10, argv, caught: caught.celeryPoolChild, ignored: ignored.celeryPoolChild }),
      sample({ pid: 12, ppid: 10, argv, caught: caught.celeryPoolChild, ignored: ignored.celeryPoolChild }),
      sample({ pid: 13, ppid: 10, argv, caught: caught.celeryBeatChild }),
    ]);
    expect(more).toEqual([]);
    expect(server?.workers.map(({ pid }) => pid)).toEqual([11, 12]);
    expect(server?.processes.at(-1)).toMatchObject({ process: { pid: 13 }, role: 'scheduler' });
  });

  it.each(['solo', 'threads', 'gevent'])('make a %s pool one process without workers', (pool) => {
    expect(only({ argv: ['celery', '-A', 'shop', 'worker', '-P', pool] }).headRole).toBe('single');
  });

  it('tell worker, beat and other commands apart', () => {
    const kind = (...words: string[]) => recognise([sample({ pid: 1, argv: words })])[0]?.definition.kind;
    expect(kind('python3', '-m', 'celery', '-A', 'worker', 'beat', '-l', 'info')).toBe('celery-beat');
    expect(kind('python3', '-m', 'celery', '-A', 'beat', 'worker', '-n', 'a@host')).toBe('celery');
    expect(kind('python3', 'manage.py', 'celery', 'worker')).toBe('celery');
    expect(kind('[celery beat] -A shop beat')).toBe('celery-beat');
    expect(kind('celery', '-A', 'shop', 'flower')).toBeUndefined();
    expect(kind('python3', 'worker.py', 'worker')).toBeUndefined();
  });
});

describe('the configured number of workers', () => {
  const configured = (options: Partial<SampleOptions>) => {
    const server = only(options);
    return server.definition.configured?.(server);
  };

  it('is -c, then CELERY_WORKER_CONCURRENCY, else the app knows', () => {
    const environment = { CELERY_WORKER_CONCURRENCY: '3' };
    const bare = ['celery', '-A', 'shop', 'worker'];
    expect(configured({ argv, environment })).toMatchObject({ count: 2, by: 'argv -c' });
    expect(configured({ argv: bare, environment })).toMatchObject({ count: 3, by: 'CELERY_WORKER_CONCURRENCY' });
    expect(configured({ argv: bare })).toMatchObject({ count: null, by: null });
  });

  it('is read from the arguments that the title repeats', () => {
    const title = ['[celeryd: a@h:MainProcess] -active- (worker -A shop --concurrency=4)'];
    expect(configured({ argv: title })).toMatchObject({ count: 4, by: 'argv --concurrency' });
  });
});

describe('a refusal', () => {
  it('gives the exact command instead', () => {
    expect(refusal({ argv: ['celery', '-A', 'project2', 'worker', '-n', 'w1@%h'] })).toContain(
      'it would freeze. Use: celery -A project2 control -d w1@$(hostname) pool_shrink 1',
    );
    expect(refusal({ argv: ['[celeryd: w1@vps1:MainProcess] -active- (-A project2 worker)'] })).toContain(
      'celery -A project2 control -d w1@vps1 pool_shrink 1',
    );
    expect(refusal({ argv: ['celery', '-A', 'p', 'worker', '--autoscale=10,2'] })).toContain('autoscale MAX MIN');
    expect(refusal({ argv: ['celery', '-A', 'p', 'worker', '-P', 'solo'] })).toContain('solo pool');
  });

  it('stands even where the process catches both signals', () => {
    expect(refusal({ argv, caught: 0x300000 })).toContain('freeze');
  });
});
