import { describe, expect, it } from 'vitest';
import type { ActivityRule } from '../../src/probes.ts';
import { recognise } from '../../src/recognise/recognise.ts';
import type { ProcessSample } from '../../src/snapshot.ts';
import { caught, sample } from '../helpers/samples.ts';

/** How the workers of a master with this command line are told to be idle. */
function ruleOf(
  argv: readonly string[],
  options: Partial<ProcessSample['facts']> = {},
): ActivityRule | null | undefined {
  const master = sample({ pid: 10, ppid: 1, argv, caught: caught.gunicornMaster, cwd: '/srv', ...options });
  const workers = [11, 12].map((pid) => sample({ pid, ppid: 10, argv, caught: caught.gunicornWorker, cwd: '/srv' }));
  const [server] = recognise([master, ...workers]);
  return server?.definition.activity?.(server);
}

const gunicorn = (...args: readonly string[]) => ['/usr/bin/python3', '/usr/bin/gunicorn', ...args, 'web'];

describe('workers of gunicorn are told by', () => {
  it.each([
    ['their process', gunicorn('-w', '2'), { by: 'process' }],
    ['their threads', gunicorn('--threads', '4'), { by: 'threads', size: 4, acceptsEarly: true }],
    ['their threads, one', gunicorn('-k', 'gthread'), { by: 'threads', size: 1 }],
    ['their loop', gunicorn('-k', 'gevent'), { by: 'loop' }],
    ['their loop, of uvicorn', gunicorn('-k', 'uvicorn.workers.UvicornWorker', '--threads', '2'), { by: 'loop' }],
  ] as const)('%s', (_, argv, rule) => {
    expect(ruleOf(argv)).toMatchObject(rule);
  });

  it('nothing, of a class of the app', () => {
    expect(ruleOf(gunicorn('-k', 'shop.workers.Own'))).toBeNull();
  });

  it('what its variable and its file say', () => {
    const environment = { GUNICORN_CMD_ARGS: '--threads 8' };
    expect(ruleOf(gunicorn(), { environment })).toMatchObject({ by: 'threads', size: 8 });
    const configLines = { '/srv/gunicorn.conf.py': ["worker_class = 'gthread'  # not sync", 'threads = 3'] };
    expect(ruleOf(gunicorn(), { configLines })).toMatchObject({ by: 'threads', size: 3 });
    const counted = { '/srv/gunicorn.conf.py': ['threads = cpu_count() * 2'] };
    expect(ruleOf(gunicorn(), { configLines: counted })).toMatchObject({ by: 'threads', size: null });
  });

  it('what does not depend on their class, where the title hides it', () => {
    expect(ruleOf(['gunicorn: master [shop]'])).toEqual({ by: 'process', mayHaveThreads: true });
  });
});
