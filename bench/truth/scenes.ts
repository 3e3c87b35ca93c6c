import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where the apps are that the servers run. */
export const apps = fileURLToPath(new URL('./apps', import.meta.url));

/** What is known before a server is started. */
export interface Place {
  /** Of its own files. */
  readonly folder: string;
  readonly port: number;
  readonly redis: number;
}

/** One server with one kind of work. */
export interface Scene {
  readonly server: string;
  /** A name of `kinds` in apps/work.py. */
  readonly work: string;
  readonly files?: (place: Place) => Readonly<Record<string, string>>;
  readonly command: (place: Place) => readonly string[];
  /** A second program that takes the requests for it. */
  readonly front?: (place: Place) => readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Its path in the folder, where it listens there and not at its port. */
  readonly socket?: string;
  /** Whether its truth is told by thread. */
  readonly threads?: true;
  /** Whether tasks come from a queue, and not requests. */
  readonly tasks?: true;
  /** Requests at once, on average; 2 unless told, and 1 where they compute: the machine has two cores. */
  readonly load?: number;
}

const gunicorn = ({ port, folder }: Place, socket: string | null, ...more: readonly string[]) => [
  '/usr/bin/python3',
  '/usr/bin/gunicorn',
  ...['-b', socket === null ? `127.0.0.1:${port}` : `unix:${join(folder, socket)}`, '--chdir', apps],
  ...['--worker-tmp-dir', folder, ...more, 'web'],
];

const sync = (work: string): Scene => ({
  server: 'gunicorn sync ×4',
  work,
  command: (place) => gunicorn(place, null, '-w', '4', '-c', join(apps, 'gunicorn_noting.py')),
  env: { TRUTH_NOTED: '1' },
});

const unixSync = (work: string): Scene => ({
  ...sync(work),
  server: 'gunicorn sync ×4, unix socket',
  command: (place) => gunicorn(place, 'web.sock', '-w', '4', '-c', join(apps, 'gunicorn_noting.py')),
  socket: 'web.sock',
});

const unicorn = (work: string): Scene => ({
  server: 'unicorn ×4',
  work,
  files: ({ port }) => ({ 'unicorn.rb': `worker_processes 4\nlisten '127.0.0.1:${port}'\n` }),
  command: ({ folder }) => ['/usr/bin/unicorn', '-c', join(folder, 'unicorn.rb'), join(apps, 'config.ru')],
});

const uwsgi = (work: string): Scene => ({
  server: 'uWSGI ×4',
  work,
  command: ({ port }) => [
    ...['/usr/bin/uwsgi-core', '--plugin', 'python3', '--http-socket', `127.0.0.1:${port}`, '--master'],
    ...['--die-on-term', '--processes', '4', '--chdir', apps, '--module', 'web'],
  ],
});

const phpFpm = (work: string, children = 4): Scene => ({
  server: `php-fpm ×${children} behind nginx`,
  work,
  files: ({ folder, port }) => ({
    'fpm.conf': `[global]\ndaemonize = no\nerror_log = /dev/stderr\n[www]\nuser = root\ngroup = root\nlisten = ${folder}/fpm.sock\npm = static\npm.max_children = ${children}\nclear_env = no\n`,
    'nginx.conf': `daemon off;\nuser root;\nworker_processes 1;\npid ${folder}/nginx.pid;\nerror_log stderr;\nevents {}\nhttp { access_log off; client_body_temp_path ${folder}/t1; proxy_temp_path ${folder}/t2; fastcgi_temp_path ${folder}/t3; uwsgi_temp_path ${folder}/t4; scgi_temp_path ${folder}/t5; server { listen 127.0.0.1:${port}; location / { fastcgi_pass unix:${folder}/fpm.sock; fastcgi_param SCRIPT_FILENAME ${apps}/index.php; fastcgi_param QUERY_STRING $query_string; fastcgi_param REQUEST_METHOD $request_method; fastcgi_param REQUEST_URI $request_uri; } } }\n`,
  }),
  command: ({ folder }) => ['/usr/sbin/php-fpm8.2', '-F', '-R', '-y', join(folder, 'fpm.conf')],
  front: ({ folder }) => ['/usr/sbin/nginx', '-p', folder, '-c', join(folder, 'nginx.conf')],
});

const celery = (work: string): Scene => ({
  server: 'celery prefork ×4',
  work,
  command: () => [
    '/usr/bin/python3',
    '/usr/bin/celery',
    '-A',
    'tasks',
    '--workdir',
    apps,
    'worker',
    '-c',
    '4',
    '-l',
    'INFO',
  ],
  tasks: true,
});

const gthread = (work: string): Scene => ({
  server: 'gunicorn gthread 2×4, by thread',
  work,
  command: (place) => gunicorn(place, null, '-w', '2', '--threads', '4', '-c', join(apps, 'gunicorn_noting.py')),
  // Where a title hides the command line, it cannot be told that there are threads.
  env: { TRUTH_NOTED: '1', PYTHONPATH: `${join(apps, 'untitled')}:${apps}` },
  threads: true,
});

const puma = (work: string): Scene => ({
  server: 'puma 2×4, by thread',
  work,
  command: ({ port }) => [
    ...['/usr/bin/puma', '-w', '2', '-t', '4:4', '-b', `tcp://127.0.0.1:${port}`, join(apps, 'config.ru')],
  ],
  env: { TRUTH_NOTED: '1' },
  threads: true,
});

/** What its workers wait for is noted by the app itself. */
export const profiled: Scene = sync('profile');

/** Requests at once, on average, that hold a lock of which each of two workers has one. */
const LOCKED = 1.2;

/** Each with the kinds of work that its workers wait for in different ways. */
export const scenes: readonly Scene[] = [
  ...['db', 'pg', 'sel', 'cpu', 'mix', 'sub'].map(sync),
  unixSync('pg'),
  unicorn('db'),
  uwsgi('db'),
  uwsgi('mix'),
  phpFpm('db'),
  phpFpm('cpu'),
  celery('db'),
  celery('cpu'),
  ...['db', 'pg', 'cpu', 'mix'].map(gthread),
  { ...gthread('lock'), load: LOCKED },
  ...['db', 'cpu', 'mix'].map(puma),
  { ...puma('lock'), load: LOCKED },
];

/** Event loops: each has as many requests at hand as come. */
const uvicorn: Scene = {
  server: 'uvicorn ×2',
  work: 'sleep',
  command: ({ port }) => [
    ...['/usr/bin/python3', '/usr/bin/uvicorn', '--host', '127.0.0.1', '--port', String(port), '--workers', '2'],
    ...['--no-access-log', '--app-dir', apps, 'asgi:application'],
  ],
};

/** Those that accept requests before they serve them. */
export const early: readonly Scene[] = [gthread('db'), puma('db'), uvicorn];

/** Those whose reading is measured, with more workers. */
export const costly: readonly Scene[] = [
  {
    server: 'gunicorn sync ×32 (select)',
    work: 'db',
    command: (place) => gunicorn(place, null, '-w', '32'),
  },
  {
    ...uwsgi('db'),
    server: 'uWSGI ×32 (epoll)',
    command: ({ port }) => [
      ...['/usr/bin/uwsgi-core', '--plugin', 'python3', '--http-socket', `127.0.0.1:${port}`, '--master'],
      ...['--die-on-term', '--processes', '32', '--chdir', apps, '--module', 'web'],
    ],
  },
  { ...phpFpm('db', 32), server: 'php-fpm ×32 (accept)' },
  {
    ...gthread('db'),
    server: 'gunicorn gthread 4×8 (futex)',
    command: (place) => gunicorn(place, null, '-w', '4', '--threads', '8'),
  },
  {
    ...puma('db'),
    server: 'puma 4×8 (futex)',
    command: ({ port }) => [
      ...['/usr/bin/puma', '-w', '4', '-t', '8:8', '-b', `tcp://127.0.0.1:${port}`, join(apps, 'config.ru')],
    ],
  },
];
