import { describe, expect, it } from 'vitest';
import { scalingRefusal } from '../../src/recognise/may-scale.ts';
import { recognise } from '../../src/recognise/recognise.ts';
import { caught, ignored, type SampleOptions, sample, virtualenv } from '../helpers/samples.ts';

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

describe('the roles of celery', () => {
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
    expect(kind('celery', '-A', 'shop', 'flower')).toBe('flower');
    expect(kind('python3', 'worker.py', 'worker')).toBeUndefined();
  });
});

describe('the configured number of celery’s workers', () => {
  const configured = (options: Partial<SampleOptions>) => {
    const server = only(options);
    return server.definition.configured?.(server);
  };

  it('is -c, then CELERY_WORKER_CONCURRENCY, else the app knows', () => {
    const environment = { CELERY_WORKER_CONCURRENCY: '3' };
    const bare = ['celery', '-A', 'shop', 'worker'];
    expect(configured({ argv, environment })).toMatchObject({ count: 2, by: { type: 'flag', name: '-c' } });
    expect(configured({ argv: bare, environment })).toMatchObject({
      count: 3,
      by: { type: 'variable', name: 'CELERY_WORKER_CONCURRENCY' },
    });
    expect(configured({ argv: bare })).toMatchObject({ count: null, by: null });
  });

  it('is read from the arguments that the title repeats', () => {
    const title = ['[celeryd: a@h:MainProcess] -active- (worker -A shop --concurrency=4)'];
    expect(configured({ argv: title })).toMatchObject({ count: 4, by: { type: 'flag', name: '--concurrency' } });
  });
});

describe('celery’s own command to scale', () => {
  const command = (options: Partial<SampleOptions>, direction: 1 | -1) => {
    const server = only(options);
    const { scaling } = server.definition;
    const found = scaling.method === 'command' ? scaling.command(server, direction) : null;
    return found === null ? null : [found.program, ...found.args].join(' ');
  };

  it('names the program it was started by, its app, its broker and the very node', () => {
    const started = ['/v/bin/python', '/v/bin/celery', '-A', 'shop', '-b', 'redis://h', 'worker', '-n', 'w1@%h'];
    expect(command({ argv: started }, -1)).toBe(
      '/v/bin/celery -A shop -b redis://h control --timeout 5 -d w1@%h pool_shrink 1',
    );
  });

  it('is the one of its virtualenv where a title hides what it was started by', () => {
    const title = ['[celeryd: w1@vps1:MainProcess] -active- (-A shop worker)'];
    const options = { argv: title, virtualenv: virtualenv('/v/shop') };
    expect(command(options, 1)).toBe('/v/shop/bin/celery -A shop control --timeout 5 -d w1@vps1 pool_grow 1');
  });

  it.each([
    [['celery', '-A', 'p', 'worker', '--autoscale=10,2'], 'autoscale MAX MIN'],
    [['celery', '-A', 'p', 'worker', '-P', 'solo'], 'solo pool'],
    [['celery', 'worker'], 'does not know its app'],
  ])('is none for %j, and why', (argv, why) => {
    expect(refusal({ argv })).toContain('it would freeze');
    expect(refusal({ argv })).toContain(why);
  });
});
