import type { Role } from '../../src/servers/definition.ts';
import type { ProcessSample } from '../../src/snapshot.ts';
import { type SampleOptions, sample } from '../helpers/samples.ts';

/** SigCgt as recorded of real servers. */
const masks = {
  uvicornSupervisor: 0x8304a07,
  uvicornWorker: 0x4002,
  pumaMaster: 0x300000 | 0x8804a03,
  uwsgiMaster: 0x84687,
  uwsgiWorker: 0x8085e83,
  uwsgiMule: 0x4487,
  uwsgiRouter: 0x4486,
  uwsgiSpooler: 0x4682,
  none: 0,
} as const;

const spawned = [
  '/v/bin/python',
  '-c',
  'from multiprocessing.spawn import spawn_main; spawn_main(…)',
  '--multiprocessing-fork',
];
const tracker = ['/v/bin/python', '-c', 'from multiprocessing.resource_tracker import main;main(4)'];

/** A parent and its children, in the order of their pids; the head has pid 10. */
export function family(
  head: Partial<SampleOptions>,
  ...children: readonly (Partial<SampleOptions> | readonly string[])[]
) {
  const processes: ProcessSample[] = [sample({ ...head, pid: 10 })];
  children.forEach((child, index) => {
    const options = 'argv' in child || !Array.isArray(child) ? (child as Partial<SampleOptions>) : { argv: child };
    processes.push(sample({ ppid: 10, ...options, pid: 11 + index }));
  });
  return processes;
}

/** `run`: the real one was run by hand. `source`: it was not to be had, and follows its source or its manual. */
interface Version {
  readonly by: 'run' | 'source';
  readonly version: string;
}

interface Recorded {
  readonly what: string;
  /** The version that it was recorded of, or whose source it follows; left out where that was not noted. */
  readonly from?: Version;
  readonly processes: readonly ProcessSample[];
  readonly kind: string;
  readonly roles: readonly Role[];
  readonly app?: string;
  /** The servers that it manages: the name of each, and the roles of its processes. */
  readonly apps?: readonly (readonly [string, readonly Role[]])[];
  readonly configured?: number | null;
  /** Part of the refusal; null where it is scaled. */
  readonly refusal: string | null;
}

export const python = (script: string, ...args: readonly string[]) => ['/v/bin/python', `/v/bin/${script}`, ...args];

export const recorded: readonly Recorded[] = [
  {
    what: 'uvicorn 0.51 with workers',
    processes: family(
      { argv: python('uvicorn', 'shop:app', '--workers', '2'), caught: masks.uvicornSupervisor },
      { argv: tracker },
      { argv: spawned, caught: masks.uvicornWorker },
      { argv: spawned, caught: masks.uvicornWorker },
    ),
    kind: 'uvicorn',
    roles: ['master', 'worker', 'worker', 'helper'],
    app: 'shop:app',
    configured: 2,
    refusal: null,
  },
  {
    what: 'uvicorn 0.51 reloading',
    processes: family(
      { argv: python('uvicorn', 'shop:app', '--reload'), caught: 0x4002 },
      { argv: spawned, caught: masks.uvicornWorker },
    ),
    kind: 'uvicorn',
    roles: ['single', 'worker'],
    refusal: '--reload',
  },
  {
    what: 'uvicorn alone',
    processes: family({ argv: python('uvicorn', 'shop:app'), caught: 0x4002 }),
    kind: 'uvicorn',
    roles: ['single'],
    configured: 1,
    refusal: 'single process',
  },
  {
    what: 'puma whose workers are forks of its first',
    processes: family(
      { argv: ['puma 6.4.2 (tcp://127.0.0.1:9292) [shop]'], caught: masks.pumaMaster },
      { argv: ['puma: cluster worker 0: 10 [shop]'], caught: masks.pumaMaster },
      { argv: ['puma: cluster worker 1: 10 [shop]'], caught: masks.pumaMaster, ppid: 11 },
    ),
    kind: 'puma',
    roles: ['master', 'worker', 'worker'],
    app: 'shop',
    refusal: null,
  },
  {
    what: 'pitchfork with its mold and service',
    from: { by: 'run', version: '0.18.1' },
    processes: family(
      { argv: ['pitchfork monitor - -c pitchfork.rb'], caught: 0x300000 },
      ['pitchfork (gen:0) mold - ready'],
      ['pitchfork (gen:0) service - ready'],
      ['pitchfork (gen:0) worker[0] - waiting'],
      ['pitchfork (gen:0) worker[1] - requests: 3'],
    ),
    kind: 'pitchfork',
    roles: ['master', 'worker', 'worker', 'helper', 'helper'],
    refusal: null,
  },
  {
    what: 'odoo',
    from: { by: 'source', version: 'commit 0052922' },
    processes: family(
      { argv: python('odoo', '--workers', '2'), caught: 0x300000 },
      ['odoo: WorkerHTTP 11 '],
      ['odoo: WorkerHTTP 12 '],
      ['odoo: WorkerCron 13 shop'],
    ),
    kind: 'odoo',
    roles: ['master', 'worker', 'worker', 'helper'],
    configured: 2,
    refusal: 'without limit',
  },
  {
    what: 'hypercorn 0.18, which spawns',
    processes: family(
      { argv: python('hypercorn', '-w', '2', 'shop:app') },
      { argv: tracker },
      { argv: spawned },
      { argv: spawned },
    ),
    kind: 'hypercorn',
    roles: ['master', 'worker', 'worker', 'helper'],
    app: 'shop:app',
    configured: 2,
    refusal: 'another -w',
  },
  {
    what: 'granian with titles',
    from: { by: 'source', version: '2.8.1' },
    processes: family(
      { argv: ['granian wsgi 127.0.0.1:8000 shop:app'] },
      ['granian wsgi 127.0.0.1:8000 shop:app worker-1'],
      ['granian wsgi 127.0.0.1:8000 shop:app worker-2'],
    ),
    kind: 'granian',
    roles: ['master', 'worker', 'worker'],
    app: 'shop:app',
    refusal: '--workers-max-rss',
  },
  {
    what: 'an rq worker with its horse',
    processes: family({ argv: ['rq:worker:abc: Forked 11 at 1700000000'] }, [
      'rq:worker:abc: Processing f from q since 1',
    ]),
    kind: 'rq',
    roles: ['single', 'helper'],
    refusal: 'another `rq worker`',
  },
  {
    what: 'an rq pool',
    processes: family(
      { argv: python('rq', 'worker-pool', '-n', '2') },
      ['rq:worker:a: Listening on default...'],
      ['rq:worker:b: Listening on default...'],
    ),
    kind: 'rq',
    roles: ['master', 'worker', 'worker'],
    configured: 2,
    refusal: 'another -n',
  },
  {
    what: 'an rq pool without titles, one worker of which has a scheduler',
    processes: family(
      { argv: python('rq', 'worker-pool', '-n', '2') },
      python('rq', 'worker-pool', '-n', '2'),
      python('rq', 'worker-pool', '-n', '2'),
      { argv: python('rq', 'worker-pool', '-n', '2'), ppid: 11 },
    ),
    kind: 'rq',
    roles: ['master', 'worker', 'worker', 'helper'],
    refusal: 'another -n',
  },
  {
    what: 'uWSGI with titles, behind which remains of its arguments are left',
    processes: family(
      { argv: ['shop uWSGI master', '       ', '-file', 'app.py', '--mule'], caught: masks.uwsgiMaster },
      { argv: ['shop uWSGI worker 1', '     ', '-file', 'app.py', '--mule'], caught: masks.uwsgiWorker },
      { argv: ['shop uWSGI mule 1', '       ', '-file', 'app.py', '--mule'], caught: masks.uwsgiMule },
      { argv: ['shop uWSGI http 1', '       ', '-file', 'app.py', '--mule'], caught: masks.uwsgiRouter },
    ),
    kind: 'uwsgi',
    roles: ['master', 'worker', 'helper', 'helper'],
    app: 'shop',
    refusal: 'freeze',
  },
  {
    what: 'sidekiq without a tag',
    processes: family({ argv: ['sidekiq 6.4.1  [0 of 2 busy]'], caught: 0x100000 }),
    kind: 'sidekiq',
    roles: ['single'],
    refusal: 'TTOU would freeze it',
  },
  {
    what: 'uWSGI without titles, with a spooler, a mule and the router of --http',
    processes: family(
      { argv: ['uwsgi', '--master', '-p', '2', '--mule', '--http', ':80'], caught: masks.uwsgiMaster },
      { argv: ['uwsgi', '--master', '-p', '2', '--mule', '--http', ':80'], caught: masks.uwsgiSpooler },
      { argv: ['uwsgi', '--master', '-p', '2', '--mule', '--http', ':80'], caught: masks.uwsgiWorker },
      { argv: ['uwsgi', '--master', '-p', '2', '--mule', '--http', ':80'], caught: masks.uwsgiWorker },
      { argv: ['uwsgi', '--master', '-p', '2', '--mule', '--http', ':80'], caught: masks.uwsgiMule },
      { argv: ['uwsgi', '--master', '-p', '2', '--mule', '--http', ':80'], caught: masks.uwsgiRouter },
    ),
    kind: 'uwsgi',
    roles: ['master', 'worker', 'worker', 'helper', 'helper', 'helper'],
    refusal: 'freeze',
  },
  {
    what: 'uWSGI’s emperor with the master that it was told to have',
    from: { by: 'run', version: '2.0.21' },
    processes: family({ argv: ['uwsgi', '--emperor', '/etc/uwsgi/vassals', '--master'], caught: masks.uwsgiMaster }, [
      'uwsgi',
      '--emperor',
      '/etc/uwsgi/vassals',
      '--master',
    ]),
    kind: 'uwsgi-emperor',
    roles: ['single', 'helper'],
    refusal: 'vassals',
  },
  {
    what: 'django-q, a sentinel of which the children are workers, monitor and pusher',
    processes: family(
      { argv: python('manage.py', 'qcluster') },
      python('manage.py', 'qcluster'),
      { argv: python('manage.py', 'qcluster'), ppid: 11 },
      { argv: python('manage.py', 'qcluster'), ppid: 11 },
      { argv: python('manage.py', 'qcluster'), ppid: 11 },
      { argv: python('manage.py', 'qcluster'), ppid: 11 },
    ),
    kind: 'django-q',
    roles: ['master', 'worker', 'worker', 'helper', 'helper', 'helper'],
    refusal: 'Q_CLUSTER',
  },
  ...[
    ['channels', 'manage.py', 'runworker'],
    ['django-background-tasks', 'manage.py', 'process_tasks'],
    ['django-tasks', 'manage.py', 'db_worker'],
    ['rq', 'manage.py', 'rqworker'],
  ].map(([kind = '', program = '', command = '']) => ({
    what: `${kind} by ${program} ${command}`,
    processes: family({ argv: python(program, command) }),
    kind,
    roles: ['single' as const],
    refusal: 'start',
  })),
  {
    what: 'procrastinate',
    from: { by: 'run', version: 'commit f099a75' },
    processes: family({
      argv: python('procrastinate', '--app=shop.app', 'worker', '--concurrency', '4'),
      caught: 0x4002,
    }),
    kind: 'procrastinate',
    roles: ['single'],
    configured: 4,
    refusal: 'start',
  },
  {
    what: 'dramatiq',
    from: { by: 'run', version: '2.2.0' },
    processes: family({ argv: python('dramatiq', 'shop', '-p', '2') }, python('dramatiq', 'shop', '-p', '2'), tracker),
    kind: 'dramatiq',
    roles: ['master', 'worker', 'helper'],
    configured: 2,
    refusal: 'another -p',
  },
  {
    what: 'a reloading django runserver',
    processes: family({ argv: python('manage.py', 'runserver') }, python('manage.py', 'runserver')),
    kind: 'django-runserver',
    roles: ['single', 'helper'],
    refusal: 'for development',
  },
  {
    what: 'flower, which is no celery worker',
    from: { by: 'run', version: '2.0.0' },
    processes: family({ argv: python('celery', '-A', 'shop', 'flower') }),
    kind: 'flower',
    roles: ['single'],
    refusal: 'no workers of its own',
  },
  {
    what: 'Passenger 6.0 with two apps, the preloader of one of which has ended',
    processes: family(
      { argv: ['Passenger watchdog'] },
      { argv: ['Passenger core'], pgrp: 11 },
      { argv: ['Passenger AppPreloader: /srv/shop'], ppid: 11, pgrp: 11 },
      { argv: ['Passenger RubyApp: /srv/shop (production)'], ppid: 12, pgrp: 11 },
      { argv: ['Passenger RubyApp: /srv/blog (production)'], ppid: 1, pgrp: 11 },
    ),
    kind: 'passenger',
    roles: ['master', 'helper'],
    apps: [
      ['/srv/shop', ['worker', 'helper']],
      ['/srv/blog', ['worker']],
    ],
    refusal: 'max_pool_size',
  },
  {
    what: 'sidekiq, which catches TTIN and not TTOU',
    processes: family({ argv: ['sidekiq 7.2.0 shop [1 of 5 busy]'], caught: 0x100000 }),
    kind: 'sidekiq',
    roles: ['single'],
    app: 'shop',
    refusal: 'TTOU would freeze it',
  },
  {
    what: 'resque at a job',
    from: { by: 'run', version: '3.0.0' },
    processes: family({ argv: ['resque-3.0.0: Forked 11 at 1700000000'], environment: { QUEUE: 'q' } }, [
      'resque-3.0.0: Processing q since 1 [Job]',
    ]),
    kind: 'resque',
    roles: ['single', 'helper'],
    app: 'q',
    configured: 1,
    refusal: 'COUNT',
  },
  {
    what: 'resque with the workers that rake has started',
    processes: family(
      { argv: ['/usr/bin/ruby', '/usr/bin/rake', 'resque:workers'], environment: { COUNT: '2', QUEUE: '*' } },
      ['resque-3.0.0: Waiting for mail'],
      ['resque-3.0.0: Forked 13 at 1700000000'],
      { argv: ['resque-3.0.0: Processing mail since 1 [Job]'], ppid: 12 },
    ),
    kind: 'resque',
    roles: ['master', 'worker', 'worker', 'helper'],
    configured: 2,
    refusal: 'COUNT',
  },
  {
    what: 'solid_queue with a named worker and a supervisor that forks',
    from: { by: 'source', version: 'commit 2f4bdf7' },
    processes: family(
      { argv: ['solid-queue-fork-supervisor(1.3.1): supervising 11, 12'] },
      ['solid-queue-worker[mail](1.3.1): waiting for jobs in *'],
      ['solid-queue-dispatcher(1.3.1): dispatching every 1 seconds'],
    ),
    kind: 'solid_queue',
    roles: ['master', 'worker', 'helper'],
    refusal: 'config/queue.yml',
  },
  {
    what: 'solid_queue',
    processes: family(
      { argv: ['solid-queue-supervisor(1.0.0): supervising 11, 12'] },
      ['solid-queue-worker(1.0.0): waiting for jobs in *'],
      ['solid-queue-dispatcher(1.0.0): dispatching every 1 seconds'],
    ),
    kind: 'solid_queue',
    roles: ['master', 'worker', 'helper'],
    refusal: 'config/queue.yml',
  },
  {
    what: 'BullMQ with sandboxed processors',
    from: { by: 'run', version: '6.7' },
    processes: family(
      { argv: ['node', 'worker.js'] },
      ['/usr/bin/node', '/srv/shop/node_modules/bullmq/dist/cjs/classes/main.js'],
      ['/usr/bin/node', '/srv/shop/node_modules/bullmq/dist/cjs/classes/main.js'],
    ),
    kind: 'bullmq',
    roles: ['master', 'worker', 'worker'],
    app: 'worker.js',
    refusal: 'concurrency',
  },
  {
    what: 'a node cluster',
    processes: family(
      { argv: ['node', 'server.js'] },
      { argv: ['/usr/bin/node', '/srv/shop/server.js'], environment: { NODE_UNIQUE_ID: '1' } },
    ),
    kind: 'node-cluster',
    roles: ['master', 'worker'],
    refusal: 'The app decides',
  },
  {
    what: 'apache with a mod_wsgi daemon',
    processes: family(
      { argv: ['/usr/sbin/apache2', '-k', 'start'] },
      ['/usr/sbin/apache2', '-k', 'start'],
      ['(wsgi:shop)', '-k', 'start'],
    ),
    kind: 'apache',
    roles: ['master', 'worker'],
    apps: [['shop', ['worker']]],
    refusal: 'apachectl graceful',
  },
  {
    what: 'pm2 without apps',
    processes: family({ argv: ['PM2 v5.3.0: God Daemon (/home/web/.pm2)'] }),
    kind: 'pm2-daemon',
    roles: ['single'],
    refusal: 'pm2 scale APP N',
  },
  {
    what: 'circus',
    from: { by: 'run', version: '0.19.0' },
    processes: family({ argv: python('circusd', 'circus.ini') }),
    kind: 'circus',
    roles: ['single'],
    refusal: 'Use: circusctl incr WATCHER, or circusctl decr WATCHER.',
  },
  {
    what: 'circus with a watcher at an address of its own',
    processes: family({
      argv: python('circusd', '--daemon', '/etc/circus.ini'),
      configLines: { '/etc/circus.ini': ['endpoint = tcp://127.0.0.1:6000', '[watcher:web]'] },
    }),
    kind: 'circus',
    roles: ['single'],
    refusal: 'Use: circusctl --endpoint tcp://127.0.0.1:6000 incr web, or',
  },
  {
    what: 'circus with two watchers, which its processes do not name',
    processes: family({
      argv: python('circusd', 'circus.ini'),
      cwd: '/etc',
      configLines: { '/etc/circus.ini': ['[watcher:web]', '[watcher:beat]'] },
    }),
    kind: 'circus',
    roles: ['single'],
    refusal: 'circusctl decr WATCHER, with one of its watchers web, beat.',
  },
  {
    what: 'mariadb',
    processes: family({ argv: ['/usr/sbin/mariadbd'] }),
    kind: 'mariadb',
    roles: ['single'],
    refusal: 'innodb_buffer_pool_size',
  },
  {
    what: 'sanic with spawned workers and the manager of what they share',
    from: { by: 'run', version: '25.12.0' },
    processes: family(
      { argv: python('sanic', 'shop:app', '--factory', '-w', '2', '-p', '8001') },
      tracker,
      { argv: spawned, caught: 0x108000000, ignored: 0x1001002 },
      { argv: spawned, caught: 0x8004002, ignored: 0x1001000 },
      { argv: spawned, caught: 0x8004002, ignored: 0x1001000 },
    ),
    kind: 'sanic',
    roles: ['master', 'worker', 'worker', 'helper', 'helper'],
    app: 'shop:app',
    configured: 2,
    refusal: 'sanic inspect scale',
  },
  {
    what: 'sanic with a worker for each core, as its source has it',
    processes: family({ argv: python('sanic', 'shop:app', '--fast') }, tracker, spawned, spawned, spawned),
    kind: 'sanic',
    roles: ['master', 'worker', 'worker', 'worker', 'helper'],
    app: 'shop:app',
    configured: null,
    refusal: 'sanic inspect scale',
  },
  {
    what: 'waitress as a module',
    processes: family({ argv: ['/v/bin/python', '-m', 'waitress', '--threads=8', 'shop:app'] }),
    kind: 'waitress',
    roles: ['single'],
    app: 'shop:app',
    refusal: '--threads',
  },
  {
    what: 'waitress 2.1',
    processes: family({ argv: python('waitress-serve', '--listen=127.0.0.1:8000', '--call', 'shop:create') }),
    kind: 'waitress',
    roles: ['single'],
    app: 'shop:create',
    refusal: '--threads',
  },
  {
    what: 'huey 3.3 with processes, and its scheduler',
    from: { by: 'run', version: '3.3' },
    processes: family(
      { argv: python('huey_consumer.py', 'shop.huey', '-w', '2', '-k', 'process') },
      python('huey_consumer.py', 'shop.huey', '-w', '2', '-k', 'process'),
      python('huey_consumer.py', 'shop.huey', '-w', '2', '-k', 'process'),
      python('huey_consumer.py', 'shop.huey', '-w', '2', '-k', 'process'),
    ),
    kind: 'huey',
    roles: ['master', 'worker', 'worker', 'scheduler'],
    app: 'shop.huey',
    configured: 2,
    refusal: 'another -w',
  },
  {
    what: 'huey 3.3 as a command of Django',
    processes: family({ argv: ['/v/bin/python', 'manage.py', 'run_huey', '-w', '3'] }),
    kind: 'huey',
    roles: ['single'],
    configured: 3,
    refusal: 'another -w',
  },
  {
    what: 'huey with threads by its console script, as its source has it',
    processes: family({ argv: python('huey_consumer', 'shop.huey', '-w', '4', '-k', 'thread') }),
    kind: 'huey',
    roles: ['single'],
    app: 'shop.huey',
    configured: 4,
    refusal: 'another -w',
  },
  {
    what: 'arq as a module',
    processes: family({ argv: ['/v/bin/python', '-m', 'arq', '--burst', 'shop.worker.WorkerSettings'] }),
    kind: 'arq',
    roles: ['single'],
    app: 'shop.worker.WorkerSettings',
    refusal: 'max_jobs',
  },
  {
    what: 'arq 0.26.1',
    from: { by: 'run', version: '0.26.1' },
    processes: family({ argv: python('arq', 'shop.worker.WorkerSettings') }),
    kind: 'arq',
    roles: ['single'],
    app: 'shop.worker.WorkerSettings',
    refusal: 'max_jobs',
  },
  {
    what: 'good_job, as its source has it',
    from: { by: 'source', version: 'commit 015ecdc' },
    processes: family({ argv: ['/usr/bin/ruby', '/srv/shop/bin/good_job', 'start', '--max-threads=5'] }),
    kind: 'good_job',
    roles: ['single'],
    refusal: '--max-threads',
  },
  {
    what: 'good_job by bundle, which starts its default task, as its source has it',
    processes: family({ argv: ['ruby', '/srv/shop/vendor/bundle/ruby/3.1.0/bin/good_job', '--queues=mail:2;*'] }),
    kind: 'good_job',
    roles: ['single'],
    refusal: '--max-threads',
  },
  {
    what: 'jupyter notebook 6.4 with a kernel',
    processes: family({ argv: ['/usr/bin/python3', '/usr/bin/jupyter-notebook', '--no-browser'] }, [
      '/usr/bin/python3',
      '-m',
      'ipykernel_launcher',
      '-f',
      '/home/bob/.local/share/jupyter/runtime/kernel-1.json',
    ]),
    kind: 'jupyter',
    roles: ['single', 'helper'],
    refusal: 'Shut down kernels',
  },
  {
    what: 'redis 7 that saves',
    processes: family({ argv: ['/usr/bin/redis-server 127.0.0.1:6379'] }, ['redis-rdb-bgsave 127.0.0.1:6379']),
    kind: 'redis',
    roles: ['single', 'helper'],
    refusal: 'maxmemory',
  },
  {
    what: 'redis 7 of a cluster that copies its data to a replica, as its source has it',
    processes: family({ argv: ['/usr/bin/redis-server *:7000 [cluster]'] }, ['redis-rdb-to-slaves *:7000 [cluster]']),
    kind: 'redis',
    roles: ['single', 'helper'],
    refusal: 'maxmemory',
  },
  {
    what: 'redis sentinel, as its source has it',
    processes: family({ argv: ['/usr/bin/redis-sentinel *:26379 [sentinel]'] }),
    kind: 'redis',
    roles: ['single'],
    refusal: 'maxmemory',
  },
  {
    what: 'jupyterlab that a hub has started, as its source has it',
    processes: family({ argv: ['/opt/hub/bin/python3', '/opt/hub/bin/jupyter-labhub', '--port=0'] }, [
      ...['/opt/hub/bin/python3', '-m', 'ipykernel_launcher', '-f', '/run/kernel-2.json'],
    ]),
    kind: 'jupyter',
    roles: ['single', 'helper'],
    refusal: 'Shut down kernels',
  },
  {
    what: 'honcho 2.0 with a layer of itself',
    from: { by: 'run', version: '2.0.0' },
    processes: family({ argv: python('honcho', 'start') }, python('honcho', 'start')),
    kind: 'procfile',
    roles: ['single', 'helper'],
    app: 'honcho',
    refusal: 'honcho start -c',
  },
  {
    what: 'gunicorn 25.0 with dirty workers',
    from: { by: 'run', version: '25.0' },
    processes: family(
      { argv: ['gunicorn: dirty-arbiter [shop]'] },
      ['gunicorn: dirty-worker [shop]'],
      ['gunicorn: dirty-worker [shop]'],
    ),
    kind: 'gunicorn-dirty',
    roles: ['master', 'worker', 'worker'],
    refusal: '',
  },
  {
    what: 'taskiq with forked workers',
    from: { by: 'run', version: '0.12.4' },
    processes: family(
      { argv: python('taskiq', 'worker', 'shop:broker', '-w', '2') },
      python('taskiq', 'worker', 'shop:broker', '-w', '2'),
      { argv: spawned },
    ),
    kind: 'taskiq',
    roles: ['master', 'worker', 'worker'],
    app: 'shop:broker',
    configured: 2,
    refusal: 'another -w',
  },
  {
    what: 'a worker of Laravel 8, as its source has it',
    from: { by: 'source', version: '8' },
    processes: family({
      argv: ['/usr/bin/php', '/srv/shop/artisan', 'queue:work', 'redis', '--queue=high,default', '--tries=3'],
    }),
    kind: 'laravel-queue',
    roles: ['single'],
    app: 'high,default',
    refusal: 'numprocs',
  },
  {
    what: 'Horizon, as its source has it',
    processes: family(
      { argv: ['/usr/bin/php', 'artisan', 'horizon'] },
      ['/usr/bin/php', 'artisan', 'horizon:supervisor', 'host-a:supervisor-1', 'redis'],
      { argv: ['/usr/bin/php', 'artisan', 'horizon:work', 'redis', '--name=default'], ppid: 11 },
      { argv: ['/usr/bin/php', 'artisan', 'horizon:work', 'redis', '--name=default'], ppid: 11 },
    ),
    kind: 'horizon',
    roles: ['master', 'worker', 'worker', 'helper'],
    refusal: 'maxProcesses',
  },
  {
    what: 'Symfony Messenger 5.4, as its source has it',
    from: { by: 'source', version: '5.4' },
    processes: family({ argv: ['/usr/bin/php', 'bin/console', 'messenger:consume', 'async', '--time-limit=3600'] }),
    kind: 'symfony-messenger',
    roles: ['single'],
    app: 'async',
    refusal: 'numprocs',
  },
  {
    what: 'delayed_job 4.1, as its source has it',
    from: { by: 'source', version: '4.1' },
    processes: family({ argv: ['delayed_job.0'] }),
    kind: 'delayed_job',
    roles: ['single'],
    refusal: 'bin/delayed_job -n N restart',
  },
  {
    what: 'que, as its source has it',
    from: { by: 'source', version: '2.4' },
    processes: family({ argv: ['/usr/bin/ruby3.1', '/usr/local/bin/que', '-w', '3', './config/environment.rb'] }),
    kind: 'que',
    roles: ['single'],
    configured: 3,
    refusal: 'threads, not workers',
  },
  {
    what: 'shoryuken, as its source has it',
    from: { by: 'source', version: '6' },
    processes: family({ argv: ['ruby', '/usr/local/bin/shoryuken', '-R', '-C', 'config/shoryuken.yml'] }),
    kind: 'shoryuken',
    roles: ['single'],
    refusal: 'threads, not workers',
  },
  {
    what: 'Next.js 14.2',
    from: { by: 'run', version: '14.2' },
    processes: family({ argv: ['next-server (v14.2.35)'] }),
    kind: 'next',
    roles: ['single'],
    refusal: 'one process',
  },
  {
    what: 'Tomcat 10.1.60',
    from: { by: 'run', version: '10.1.60' },
    processes: family({
      argv: [
        '/usr/bin/java',
        ...['-Djdk.tls.ephemeralDHKeySize=2048', '--add-opens=java.base/java.lang=ALL-UNNAMED', '-classpath'],
        '/usr/share/tomcat10/bin/bootstrap.jar:/usr/share/tomcat10/bin/tomcat-juli.jar',
        ...['-Dcatalina.home=/usr/share/tomcat10', 'org.apache.catalina.startup.Bootstrap', 'start'],
      ],
    }),
    kind: 'tomcat',
    roles: ['single'],
    refusal: 'maxThreads',
  },
  {
    what: 'a jar of Spring Boot, as java(1) has it',
    processes: family({ argv: ['java', '-Xmx256m', '-jar', '/srv/shop/shop-1.2.jar', '--server.port=8080'] }),
    kind: 'java',
    roles: ['single'],
    app: 'shop',
    refusal: '-Xmx',
  },
  {
    what: 'Elasticsearch 8, as its source has it',
    from: { by: 'source', version: '8' },
    processes: family(
      {
        argv: [
          '/usr/share/elasticsearch/jdk/bin/java',
          '-Xms4m',
          '-cp',
          '/x/*',
          'org.elasticsearch.launcher.CliToolLauncher',
        ],
      },
      [
        '/usr/share/elasticsearch/jdk/bin/java',
        '-Xmx1g',
        '-m',
        'org.elasticsearch.server/org.elasticsearch.bootstrap.Elasticsearch',
      ],
    ),
    kind: 'elasticsearch',
    roles: ['single', 'helper'],
    refusal: '-Xmx',
  },
  {
    what: 'RabbitMQ 3.10.8',
    from: { by: 'run', version: '3.10.8' },
    processes: family({
      argv: [
        '/usr/lib/erlang/erts-13.1.5/bin/beam.smp',
        ...['-W', 'w', '-MBas', 'ageffcbf', '--', '-root', '/usr/lib/erlang', '-noshell', '-s', 'rabbit', 'boot'],
      ],
    }),
    kind: 'rabbitmq',
    roles: ['single'],
    refusal: 'vm_memory_high_watermark',
  },
  {
    what: 'mongod, as mongod(1) has it',
    processes: family({ argv: ['/usr/bin/mongod', '--config', '/etc/mongod.conf'] }),
    kind: 'mongodb',
    roles: ['single'],
    refusal: 'wiredTigerCacheSizeGB',
  },
];
