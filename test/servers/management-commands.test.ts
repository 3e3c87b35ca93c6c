import { describe, expect, it } from 'vitest';
import { recognise } from '../../src/recognise/recognise.ts';
import type { ProcessSample } from '../../src/snapshot.ts';
import { caught, ignored, type SampleOptions, sample } from '../helpers/samples.ts';

function outline(...processes: readonly ProcessSample[]) {
  return recognise(processes).map(({ definition, claim, processes: found }) => {
    const roles = found.map(({ role, process }) => `${role} ${process.pid}`).join(', ');
    return `${definition.kind} ${claim.app ?? '-'}: ${roles}`;
  });
}

const manage = (...command: string[]) => ['/srv/env/bin/python', 'manage.py', ...command];

/** A master and two workers of one argv, told apart by their masks alone. */
function gunicorn(argv: readonly string[], options: Partial<SampleOptions> = {}) {
  const common = { argv, exe: '/usr/bin/python3.11', packages: { gunicorn: '20.1.0' }, ...options };
  return [
    sample({ pid: 10, ...common, caught: caught.gunicornMaster }),
    ...[11, 12].map((pid) => sample({ pid, ppid: 10, ...common, caught: caught.gunicornWorker })),
  ];
}

describe('a gunicorn that another program starts', () => {
  const family = 'master 10, worker 11, worker 12';

  it('is one by its management command', () => {
    expect(outline(...gunicorn(manage('run_gunicorn', '127.0.0.1:8000', '--workers=2')))).toEqual([
      `gunicorn -: ${family}`,
    ]);
  });

  it.each([
    ['pserve', ['/srv/env/bin/python', '/srv/env/bin/pserve', 'production.ini']],
    ['serve.py', ['/srv/env/bin/python', 'serve.py']],
    ['sentry', ['/srv/env/bin/python', '/srv/env/bin/sentry', 'run', 'web']],
  ])('is one by what it handles and what is installed: %s', (name, argv) => {
    expect(outline(...gunicorn(argv))).toEqual([`gunicorn ${name}: ${family}`]);
  });

  it('is none without gunicorn, or where it handles less', () => {
    expect(outline(...gunicorn(['/srv/env/bin/python', 'serve.py'], { packages: {} }))).toEqual([]);
    const less = sample({ pid: 1, argv: ['python3', 'serve.py'], packages: { gunicorn: '20.1.0' }, caught: 0x304a07 });
    expect(outline(less)).toEqual([]);
  });
});

describe('a child with a worker’s mask', () => {
  it.each(['[ready] gunicorn: worker [airflow-webserver]', 'shop worker: GET /', 'gunicorn: worker [shop] GET /'])(
    'is a worker of its gunicorn, though a hook has called it %s',
    (title) => {
      const master = sample({ pid: 10, argv: ['gunicorn: master [airflow-webserver]'], caught: caught.gunicornMaster });
      const worker = sample({ pid: 11, ppid: 10, argv: [title], caught: caught.gunicornWorker });
      expect(outline(master, worker)).toEqual(['gunicorn airflow-webserver: master 10, worker 11']);
    },
  );

  it('is a worker of its celery, whatever a task has called it', () => {
    const main = sample({
      pid: 10,
      argv: ['[celeryd: celery@vps1:MainProcess] -active- (-A shop worker)'],
      caught: caught.celeryMain,
    });
    const child = { ppid: 10, caught: caught.celeryPoolChild, ignored: ignored.celeryPoolChild };
    expect(outline(main, sample({ pid: 11, ...child, argv: ['sending mail 7 of 9'] }))).toEqual([
      'celery shop: master 10, worker 11',
    ]);
  });

  it('is no worker without that mask', () => {
    const master = sample({ pid: 10, argv: ['gunicorn: master [shop]'], caught: caught.gunicornMaster });
    expect(outline(master, sample({ pid: 11, ppid: 10, argv: ['tail', '-f', 'log'] }))).toEqual([
      'gunicorn shop: master 10, helper 11',
    ]);
  });
});

it.each([
  ['celery', 'celeryd'],
  ['celery-beat', 'celerybeat'],
  ['huey', 'run_huey'],
  ['dramatiq', 'rundramatiq'],
  ['rq', 'rqworker'],
])('%s is started by manage.py %s', (kind, command) => {
  const [server] = recognise([sample({ pid: 1, argv: manage(command) })]);
  expect(server?.definition.kind).toBe(kind);
});
