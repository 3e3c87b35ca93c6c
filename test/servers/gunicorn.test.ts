import { describe, expect, it } from 'vitest';
import { scalingRefusal } from '../../src/recognise/may-scale.ts';
import { recognise } from '../../src/recognise/recognise.ts';
import { factRequests } from '../../src/servers/registry.ts';
import type { ProcessSample } from '../../src/snapshot.ts';
import { caught, facts, type SampleOptions, sample } from '../helpers/samples.ts';

const argv = ['/p/.venv/bin/python3', '/p/.venv/bin/gunicorn', '-w', '2', 'shop.wsgi'];

/** Pids of each server: head, workers, and the rest with their roles. */
function outline(processes: readonly ProcessSample[]) {
  return recognise(processes).map(({ head, workers, processes: all }) => ({
    head: head.pid,
    workers: workers.map(({ pid }) => pid),
    rest: all.slice(1 + workers.length).map(({ process, role }) => `${process.pid} ${role}`),
  }));
}

function configured(options: Partial<SampleOptions>) {
  const [server] = recognise([sample({ pid: 1, caught: caught.gunicornMaster, cwd: '/p', ...options })]);
  return server?.definition.configured?.(server);
}

describe('the roles of gunicorn', () => {
  it('come from titles', () => {
    expect(
      outline([
        sample({ pid: 10, argv: ['gunicorn: master [shop.wsgi]'] }),
        sample({ pid: 12, ppid: 10, argv: ['gunicorn: worker [shop.wsgi]'] }),
        sample({ pid: 11, ppid: 10, argv: ['gunicorn: worker [shop.wsgi]'] }),
      ]),
    ).toEqual([{ head: 10, workers: [11, 12], rest: [] }]);
  });

  it('come from parentage where master and workers have one argv', () => {
    expect(
      outline([
        sample({ pid: 11, ppid: 10, argv, caught: caught.gunicornWorker }),
        sample({ pid: 10, argv, caught: caught.gunicornMaster }),
        sample({ pid: 13, ppid: 11, argv, caught: caught.gunicornWorker }),
        // Just forked: still with its master's mask.
        sample({ pid: 12, ppid: 10, argv, caught: caught.gunicornMaster }),
      ]),
    ).toEqual([{ head: 10, workers: [11, 12], rest: ['13 helper'] }]);
  });

  it('make the master that USR2 started a server of its own, by its title', () => {
    expect(
      outline([
        sample({ pid: 10, argv: ['gunicorn: master [shop]'] }),
        sample({ pid: 11, ppid: 10, argv: ['gunicorn: worker [shop]'] }),
        sample({ pid: 20, ppid: 10, argv: ['gunicorn: master [shop.2]'] }),
        sample({ pid: 21, ppid: 20, argv: ['gunicorn: worker [shop]'] }),
        // Forked this instant, with its master's title.
        sample({ pid: 22, ppid: 20, argv: ['gunicorn: master [shop.2]'] }),
        sample({ pid: 12, ppid: 10, argv: ['gunicorn: master [shop]'] }),
      ]),
    ).toEqual([
      { head: 10, workers: [11, 12], rest: [] },
      { head: 20, workers: [21, 22], rest: [] },
    ]);
  });

  it('make the master that USR2 started a server of its own, by its environment', () => {
    const environment = { GUNICORN_PID: '10' };
    expect(
      outline([
        sample({ pid: 10, argv, caught: caught.gunicornMaster }),
        sample({ pid: 11, ppid: 10, argv, caught: caught.gunicornWorker }),
        sample({ pid: 20, ppid: 10, argv, caught: caught.gunicornMaster, environment }),
        sample({ pid: 21, ppid: 20, argv, caught: caught.gunicornWorker, environment }),
      ]),
    ).toEqual([
      { head: 10, workers: [11], rest: [] },
      { head: 20, workers: [21], rest: [] },
    ]);
  });

  it('say of the master that USR2 started that it is that, for as long as the old one is there', () => {
    const remarks = (processes: readonly ProcessSample[]) =>
      recognise(processes).map((server) => [server.head.pid, server.definition.remark?.(server) ?? null]);
    const titled = [
      sample({ pid: 10, argv: ['gunicorn: master [shop]'] }),
      sample({ pid: 20, ppid: 10, argv: ['gunicorn: master [shop.2]'] }),
    ];
    const environment = { GUNICORN_PID: '10' };
    const bare = [
      sample({ pid: 10, argv, caught: caught.gunicornMaster }),
      sample({ pid: 20, ppid: 10, argv, caught: caught.gunicornMaster, environment }),
    ];
    const selfReport = 'started by USR2, beside 10';
    for (const pair of [titled, bare])
      expect(remarks(pair)).toEqual([
        [10, null],
        [20, selfReport],
      ]);
    expect(remarks([sample({ pid: 20, ppid: 1, argv, caught: caught.gunicornMaster, environment })])).toEqual([
      [20, null],
    ]);
  });

  it('count no zombie as a worker', () => {
    expect(
      outline([
        sample({ pid: 10, argv: ['gunicorn: master [shop]'] }),
        sample({ pid: 11, ppid: 10, argv: ['gunicorn: worker [shop]'], state: 'Z' }),
        sample({ pid: 12, ppid: 10, argv: [], state: 'Z' }),
      ]),
    ).toEqual([{ head: 10, workers: [], rest: ['11 worker', '12 helper'] }]);
  });

  it('make helpers of what workers start, and of what started the master alone', () => {
    expect(
      outline([
        sample({ pid: 5, argv: ['sh', '-c', 'gunicorn shop.wsgi'] }),
        sample({ pid: 10, ppid: 5, argv: ['gunicorn: master [shop]'] }),
        sample({ pid: 13, ppid: 10, argv: ['gunicorn: worker [shop]'] }),
        sample({ pid: 15, ppid: 14, argv: ['gs'] }),
        sample({ pid: 14, ppid: 13, argv: ['sh', '-c', 'gs x'] }),
      ]),
    ).toEqual([{ head: 10, workers: [13], rest: ['5 helper', '14 helper', '15 helper'] }]);
  });

  it('leave a shell alone that is a prompt, or has other children', () => {
    const master = sample({ pid: 10, ppid: 5, argv: ['gunicorn: master [shop]'] });
    const alone = [{ head: 10, workers: [], rest: [] }];
    expect(outline([sample({ pid: 5, argv: ['-bash'] }), master])).toEqual(alone);
    const runner = sample({ pid: 5, argv: ['bash', 'start.sh'] });
    expect(outline([runner, master, sample({ pid: 6, ppid: 5, argv: ['other'] })])).toEqual(alone);
  });

  it('show a worker whose master has died, and never let it be scaled', () => {
    for (const orphan of [
      sample({ pid: 11, argv: ['gunicorn: worker [shop]'], caught: caught.gunicornWorker }),
      sample({ pid: 11, argv, caught: caught.gunicornWorker }),
    ]) {
      const [server] = recognise([orphan]);
      expect(server?.headRole).toBe('worker');
      expect(server && scalingRefusal(server.definition, server, server.headRole)).toContain('not the master');
    }
  });

  it('let a worker not be scaled that was taken for a master while its mask was still empty', () => {
    const [server] = recognise([sample({ pid: 11, argv, caught: 0 })]);
    expect(server?.headRole).toBe('master');
    const fresh = server && { ...server, head: sample({ pid: 11, argv, caught: caught.gunicornWorker }) };
    expect(fresh && scalingRefusal(fresh.definition, fresh, 'master')).toContain('not the master');
  });
});

it('gunicorn is shown with the app that it serves', () => {
  const app = (...words: string[]) => recognise([sample({ pid: 1, argv: words })])[0]?.claim.app;
  expect(app('gunicorn: master [shop.wsgi]')).toBe('shop.wsgi');
  expect(app('gunicorn: master [gunicorn]')).toBeUndefined();
  expect(app('gunicorn', '--preload', 'shop.wsgi', '-w', '3')).toBe('shop.wsgi');
});

describe('gunicorn’s dirty arbiter', () => {
  /** HUP INT QUIT USR1 TERM CHLD TTIN TTOU WINCH, and not USR2, by dirty/arbiter.py of 25.1. */
  const arbiterMask = 0x8314207;
  const dirty = ['/p/.venv/bin/python3', '/p/.venv/bin/gunicorn', '-w', '2', '--dirty-workers=3', 'shop.wsgi'];

  it.each([
    [
      'by titles',
      [
        sample({ pid: 10, argv: ['gunicorn: master [shop]'], caught: caught.gunicornMaster }),
        sample({ pid: 11, ppid: 10, argv: ['gunicorn: dirty-arbiter'], caught: arbiterMask }),
        sample({ pid: 12, ppid: 11, argv: ['gunicorn: dirty-worker [shop]'], caught: caught.gunicornWorker }),
        sample({ pid: 13, ppid: 10, argv: ['gunicorn: worker [shop]'], caught: caught.gunicornWorker }),
      ],
    ],
    [
      'by its mask',
      [
        sample({ pid: 10, argv: dirty, caught: caught.gunicornMaster }),
        sample({ pid: 11, ppid: 10, argv: dirty, caught: arbiterMask }),
        sample({ pid: 12, ppid: 11, argv: dirty, caught: caught.gunicornWorker }),
        sample({ pid: 13, ppid: 10, argv: dirty, caught: caught.gunicornWorker }),
      ],
    ],
  ])('is a master of its own, with its own workers, known %s', (_, processes) => {
    expect(outline(processes)).toEqual([
      { head: 10, workers: [13], rest: [] },
      { head: 11, workers: [12], rest: [] },
    ]);
    const [main, own] = recognise(processes);
    expect([main?.definition.kind, own?.definition.kind]).toEqual(['gunicorn', 'gunicorn-dirty']);
    expect(own && scalingRefusal(own.definition, own, own.headRole)).toBeNull();
  });

  it('has a worker just forked, with its own mask, for a worker', () => {
    expect(
      outline([
        sample({ pid: 11, argv: dirty, caught: arbiterMask }),
        sample({ pid: 12, ppid: 11, argv: dirty, caught: arbiterMask }),
      ]),
    ).toEqual([{ head: 11, workers: [12], rest: [] }]);
  });

  it('is configured by --dirty-workers, not by -w', () => {
    const [server] = recognise([sample({ pid: 11, argv: dirty, caught: arbiterMask })]);
    expect(server?.definition.configured?.(server)).toMatchObject({
      count: 3,
      by: { type: 'flag', name: '--dirty-workers' },
    });
    const configLines = { '/p/gunicorn.conf.py': ['workers = 9', 'dirty_workers = 4'] };
    const plain = { argv: ['gunicorn', 'shop.wsgi'], cwd: '/p', configLines };
    const [other] = recognise([sample({ pid: 11, ...plain, caught: arbiterMask })]);
    expect(other?.definition.configured?.(other)).toMatchObject({
      count: 4,
      by: { type: 'file', name: 'gunicorn.conf.py' },
    });
    expect(configured(plain)).toMatchObject({ count: 9 });
  });
});

describe('the configured number of gunicorn’s workers', () => {
  const environment = { GUNICORN_CMD_ARGS: '--workers=4', WEB_CONCURRENCY: '5' };
  const configLines = { '/p/gunicorn.conf.py': ['workers = 6  # enough'] };

  it('is what the command line says, above all else', () => {
    expect(configured({ argv, environment, configLines })).toEqual({
      count: 2,
      by: { type: 'flag', name: '-w' },
      where: '-w 2 on the command line',
    });
  });

  it('then what GUNICORN_CMD_ARGS, the config file and WEB_CONCURRENCY say, in this order', () => {
    const bare = ['gunicorn', 'shop.wsgi'];
    const { WEB_CONCURRENCY } = environment;
    expect(configured({ argv: bare, environment, configLines })).toMatchObject({
      count: 4,
      by: { type: 'variable', name: 'GUNICORN_CMD_ARGS' },
    });
    expect(configured({ argv: bare, environment: { WEB_CONCURRENCY }, configLines })).toEqual({
      count: 6,
      by: { type: 'file', name: 'gunicorn.conf.py' },
      where: 'workers = 6  # enough in /p/gunicorn.conf.py',
    });
    expect(configured({ argv: bare, environment: { WEB_CONCURRENCY } })).toMatchObject({
      count: 5,
      by: { type: 'variable', name: 'WEB_CONCURRENCY' },
    });
    expect(configured({ argv: bare })).toMatchObject({ count: 1, by: { type: 'default' } });
  });

  it('quotes Python instead of running it', () => {
    const lines = { '/etc/g.py': ['workers = 2', 'workers = multiprocessing.cpu_count() * 2 + 1'] };
    expect(configured({ argv: ['gunicorn', '-c', '/etc/g.py', 'shop'], configLines: lines })).toEqual({
      count: null,
      by: { type: 'file', name: 'g.py' },
      where: 'workers = multiprocessing.cpu_count() * 2 + 1 in /etc/g.py',
    });
  });

  it('is unknown where a title hides the command line, unless something else tells', () => {
    const title = ['gunicorn: master [shop]'];
    expect(configured({ argv: title })).toEqual({
      count: null,
      by: null,
      where: 'unknown: the process title hides the command line',
    });
    expect(configured({ argv: title, configLines })).toMatchObject({
      count: 6,
      by: { type: 'file', name: 'gunicorn.conf.py' },
    });
  });

  it('is what its control socket says where the title hides it, or where it is code', () => {
    const selfReport = { asOf: 0, workers: null, configured: 5 };
    const title = ['gunicorn: master [shop]'];
    const where = '5 by its control socket; where that is set, the process title hides';
    expect(configured({ argv: title, selfReport })).toEqual({ count: 5, by: { type: 'status' }, where });
    // The command line, which is hidden, outranks the file.
    expect(configured({ argv: title, configLines, selfReport })).toEqual({ count: 5, by: { type: 'status' }, where });
    const code = { '/p/gunicorn.conf.py': ['workers = cores() + 1'] };
    expect(configured({ argv: ['gunicorn', 'shop'], configLines: code, selfReport })).toEqual({
      count: 5,
      by: { type: 'file', name: 'gunicorn.conf.py' },
      where: 'workers = cores() + 1 in /p/gunicorn.conf.py',
    });
    expect(configured({ argv, selfReport })).toMatchObject({ count: 2, by: { type: 'flag', name: '-w' } });
  });

  it('is unknown, not 1, where the environment or a named file cannot be read', () => {
    expect(configured({ argv: ['gunicorn', 'shop'], cwd: null })).toMatchObject({ count: null, by: null });
    expect(configured({ argv: ['gunicorn', '-c', '/secret.py', 'shop'] })).toMatchObject({ count: null, by: null });
  });

  it('asks the source for the lines of the file that counts', () => {
    const asked = (options: Partial<SampleOptions>) =>
      factRequests.configRequests(facts({ cwd: '/p', ...options })).map(({ path }) => path);
    expect(asked({ argv: ['gunicorn', 'shop'] })).toEqual(['/p/gunicorn.conf.py']);
    expect(asked({ argv: ['gunicorn', '-c', 'conf/g.py', 'shop'] })).toEqual(['/p/conf/g.py']);
    expect(asked({ argv: ['gunicorn', 'shop'], environment: { GUNICORN_CMD_ARGS: '-c /x.py' } })).toEqual(['/x.py']);
    expect(asked({ argv: ['gunicorn', '-c', 'python:shop.conf', 'shop'] })).toEqual([]);
    expect(asked({ argv: ['bash'] })).toEqual([]);
    // --chdir leads away from where it was started.
    const moved = { cwd: '/p/site', environment: { PWD: '/p' } };
    expect(asked({ argv: ['gunicorn', '--chdir', 'site', 'shop'], ...moved })).toEqual(['/p/gunicorn.conf.py']);
    expect(asked({ argv: ['gunicorn', 'shop'], ...moved })).toEqual(['/p/site/gunicorn.conf.py']);
  });
});

describe('a new worker of gunicorn', () => {
  const loads = (words: readonly string[], rest: Partial<SampleOptions> = {}) =>
    factRequests.code(sample({ pid: 1, argv: words, cwd: '/p', ...rest }).facts);

  it('loads the app’s code, and not the configuration of gunicorn', () => {
    const code = loads(argv);
    expect(
      ['views.py', 'settings.py', 'a.pyc', 'gunicorn.conf.py', 'gunicorn_config.py'].map((name) => code?.test(name)),
    ).toEqual([true, true, false, false, false]);
  });

  it('takes over what its master has loaded where that is told to', () => {
    expect(loads([...argv, '--preload'])).toBeNull();
    expect(loads(argv, { environment: { GUNICORN_CMD_ARGS: '--preload' } })).toBeNull();
    const configLines = { '/p/gunicorn.conf.py': ['preload_app = True'] };
    expect(loads(['gunicorn: master [shop]'], { configLines })).toBeNull();
  });
});
