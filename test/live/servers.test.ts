import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../helpers/eventually.ts';
import { type Job, startJob } from '../helpers/job.ts';
import * as kernel from '../helpers/kernel.ts';
import { requireServer } from '../helpers/requirements.ts';
import { freePort } from '../helpers/story.ts';
import { type ListedServer, type Listing, list, workertop } from '../helpers/workertop.ts';

const ONE_LINE = /^workertop: .+\n$/;

interface Case {
  readonly kind: string;
  /** Debian's. */
  readonly packages: readonly string[];
  readonly files?: (port: number, folder: string) => Readonly<Record<string, string>>;
  readonly command: (port: number, folder: string) => readonly string[];
  readonly env?: (folder: string) => Readonly<Record<string, string>>;
  /** Role of the head, and how many workers it should have. */
  readonly head: string;
  readonly workers: number;
  readonly configured?: readonly [count: number | null, by: string | null];
}

interface Refused extends Case {
  readonly why: RegExp;
}

const rack = () => ({ 'config.ru': "run lambda { |env| [200, { 'Content-Type' => 'text/plain' }, ['ok']] }\n" });
const wsgi = "def application(environ, start):\n    start('200 OK', [])\n    return [b'ok']\n";
const asgi = "async def app(scope, receive, send):\n    if scope['type'] == 'lifespan':\n        raise RuntimeError\n";

const scalable: readonly Case[] = [
  {
    kind: 'puma',
    packages: ['puma'],
    files: rack,
    command: (port) => ['/usr/bin/puma', '-w', '2', '-b', `tcp://127.0.0.1:${port}`],
    head: 'master',
    workers: 2,
  },
  {
    kind: 'unicorn',
    packages: ['unicorn'],
    files: (port) => ({ ...rack(), 'unicorn.rb': `worker_processes 2\nlisten '127.0.0.1:${port}'\n` }),
    command: () => ['/usr/bin/unicorn', '-c', 'unicorn.rb'],
    head: 'master',
    workers: 2,
    configured: [2, 'unicorn.rb'],
  },
  {
    kind: 'starman',
    packages: ['starman'],
    files: () => ({ 'app.psgi': "sub { [200, ['Content-Type' => 'text/plain'], ['ok']] }\n" }),
    command: (port) => ['/usr/bin/starman', '--workers', '2', '--listen', `127.0.0.1:${port}`, 'app.psgi'],
    head: 'master',
    workers: 2,
    configured: [2, 'argv --workers'],
  },
  {
    kind: 'mojolicious',
    packages: ['libmojolicious-perl'],
    files: () => ({ 'app.pl': "use Mojolicious::Lite -signatures;\nget '/' => { text => 'ok' };\napp->start;\n" }),
    command: (port) => ['/usr/bin/perl', 'app.pl', 'prefork', '-w', '2', '-l', `http://127.0.0.1:${port}`],
    head: 'master',
    workers: 2,
    configured: [2, 'argv -w'],
  },
  {
    kind: 'uwsgi',
    packages: ['uwsgi-core', 'uwsgi-plugin-python3'],
    files: () => ({ 'app.py': wsgi }),
    command: (port, folder) => [
      '/usr/bin/uwsgi-core',
      ...['--plugin', 'python3', '--http-socket', `127.0.0.1:${port}`, '--master', '--wsgi-file', 'app.py'],
      ...['--processes', '4', '--cheaper', '1', '--cheaper-initial', '2', '--cheaper-algo', 'manual'],
      ...['--master-fifo', join(folder, 'fifo')],
    ],
    head: 'master',
    workers: 2,
    configured: [4, 'argv --processes'],
  },
];

const refused: readonly Refused[] = [
  {
    kind: 'uvicorn',
    packages: ['uvicorn'],
    files: () => ({ 'app.py': asgi }),
    command: (port) => ['/usr/bin/uvicorn', '--workers', '2', '--port', String(port), 'app:app'],
    head: 'master',
    workers: 2,
    configured: [2, 'argv --workers'],
    why: /takes no TTIN or TTOU/,
  },
  {
    kind: 'puma',
    packages: ['puma'],
    files: rack,
    command: (port) => ['/usr/bin/puma', '-b', `tcp://127.0.0.1:${port}`],
    head: 'single',
    workers: 0,
    why: /single mode/,
  },
  {
    kind: 'uwsgi',
    packages: ['uwsgi-core', 'uwsgi-plugin-python3'],
    files: () => ({ 'app.py': wsgi }),
    command: (port) => [
      '/usr/bin/uwsgi-core',
      ...['--plugin', 'python3', '--http-socket', `127.0.0.1:${port}`, '--master', '-p', '2', '--wsgi-file', 'app.py'],
    ],
    head: 'master',
    workers: 2,
    configured: [2, 'argv -p'],
    why: /master-fifo and cheaper is missing/,
  },
  {
    kind: 'hypercorn',
    packages: ['python3-hypercorn'],
    files: () => ({ 'app.py': asgi }),
    command: (port) => ['/usr/bin/hypercorn', '-w', '2', '-b', `127.0.0.1:${port}`, 'app:app'],
    head: 'master',
    workers: 2,
    configured: [2, 'argv -w'],
    why: /another -w/,
  },
  {
    kind: 'daphne',
    packages: ['python3-daphne'],
    files: () => ({ 'app.py': asgi }),
    command: (port) => ['/usr/bin/python3', '-m', 'daphne', '-p', String(port), 'app:app'],
    head: 'single',
    workers: 0,
    why: /one process/,
  },
  {
    kind: 'php-fpm',
    packages: ['php-fpm'],
    files: (port) => ({
      'fpm.conf': `[global]\ndaemonize = no\nerror_log = /dev/stderr\n[www]\nuser = nobody\ngroup = nogroup\nlisten = 127.0.0.1:${port}\npm = static\npm.max_children = 2\n`,
    }),
    command: (_, folder) => ['/usr/sbin/php-fpm8.2', '-F', '-R', '-y', join(folder, 'fpm.conf')],
    head: 'master',
    workers: 2,
    why: /pm\.max_children/,
  },
  {
    kind: 'nginx',
    packages: ['nginx-light'],
    files: (port, folder) => ({
      'nginx.conf': `daemon off;\nworker_processes 2;\npid ${folder}/pid;\nerror_log stderr;\nevents {}\nhttp { access_log off; server { listen 127.0.0.1:${port}; } }\n`,
    }),
    command: (_, folder) => ['/usr/sbin/nginx', '-p', folder, '-c', join(folder, 'nginx.conf')],
    head: 'master',
    workers: 2,
    why: /worker_processes/,
  },
  {
    kind: 'supervisord',
    packages: ['supervisor'],
    files: (_, folder) => ({
      'supervisord.conf': `[supervisord]\nnodaemon=true\nlogfile=/dev/null\nlogfile_maxbytes=0\npidfile=${folder}/pid\n`,
      'manage.py': '',
    }),
    command: (_, folder) => ['/usr/bin/supervisord', '-c', join(folder, 'supervisord.conf')],
    head: 'single',
    workers: 0,
    why: /numprocs/,
  },
  {
    kind: 'memcached',
    packages: ['memcached'],
    command: (port) => ['/usr/bin/memcached', '-u', 'nobody', '-l', '127.0.0.1', '-p', String(port)],
    head: 'single',
    workers: 0,
    why: /threads/,
  },
  {
    kind: 'node-cluster',
    packages: [],
    files: () => ({
      'cluster.js':
        "const cluster = require('node:cluster');\nif (cluster.isPrimary) { cluster.fork(); cluster.fork(); }\nelse require('node:http').createServer().listen(0);\n",
    }),
    command: () => [process.execPath, 'cluster.js'],
    head: 'master',
    workers: 2,
    why: /up to the app/,
  },
  {
    kind: 'prefork',
    packages: [],
    files: () => ({
      'served.py':
        'import os, socket, time\ns = socket.socket()\ns.bind(("127.0.0.1", 0))\ns.listen(5)\nfor _ in range(2):\n    if os.fork() == 0:\n        break\ntime.sleep(600)\n',
    }),
    command: () => ['/usr/bin/python3', 'served.py'],
    head: 'master',
    workers: 2,
    why: /is not known/,
  },
];

let folder: string;
let job: Job | null = null;

beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'workertop-server-')));
});
afterEach(async () => {
  await job?.stop();
  job = null;
  await rm(folder, { recursive: true, force: true });
});

function headedBy(listing: Listing, pid: number): ListedServer | undefined {
  return listing.projects.flatMap(({ servers }) => servers).find(({ processes }) => processes[0]?.pid === pid);
}

/** Starts a server, and waits until workertop sees it with all of its workers. */
async function start({ packages, files, command, env, kind, workers }: Case): Promise<[Job, ListedServer]> {
  requireServer(...packages);
  const port = await freePort();
  for (const [name, text] of Object.entries(files?.(port, folder) ?? {})) await writeFile(join(folder, name), text);
  const started = await startJob(command(port, folder), {
    cwd: folder,
    log: join(folder, 'log'),
    env: { HOME: folder, ...env?.(folder) },
  });
  job = started;
  const server = await eventually(
    `${kind} with ${workers} workers`,
    async () => {
      const found = headedBy(await list(), started.pid);
      return found?.kind === kind && found.workers.current === workers && found;
    },
    40,
  ).catch((error: unknown) => {
    throw new Error(`${error instanceof Error ? error.message : error}; it said: ${started.log().slice(-600)}`);
  });
  return [started, server];
}

function expectAsConfigured(server: ListedServer, { head, workers, configured }: Case): void {
  const roles = server.processes.map(({ role }) => role);
  expect(roles[0]).toBe(head);
  expect(roles.filter((role) => role === 'worker')).toHaveLength(workers);
  if (configured) {
    expect(server.workers).toMatchObject({ configured: configured[0], configuredBy: configured[1] });
  }
}

const workersOf = (pid: number) => kernel.children(pid).length;

describe('scaled', () => {
  it.each(scalable)('$kind', async (one) => {
    const [{ pid }, server] = await start(one);
    expectAsConfigured(server, one);
    expect(server.scaling.available).toBe(true);
    const before = workersOf(pid);

    const up = await workertop('scale', String(pid), '+1');
    expect(up).toMatchObject({ code: 0, stderr: '' });
    expect(workersOf(pid)).toBe(before + 1);

    const down = await workertop('scale', String(pid), '-2');
    expect(down).toMatchObject({ code: 0, stderr: '' });
    expect(workersOf(pid)).toBe(before - 1);
    expect(kernel.state(pid)).toMatch(/[RS]/);

    const none = await workertop('scale', String(pid), '0');
    expect(none.code).toBe(1);
    expect(none.stderr).toMatch(ONE_LINE);
    expect(workersOf(pid)).toBe(before - 1);
  });
});

describe('refused', () => {
  it.each(refused)('$kind as $head', async (one) => {
    const [{ pid }, server] = await start(one);
    expectAsConfigured(server, one);
    expect(server.scaling.available).toBe(false);
    const before = kernel.children(pid);
    for (const size of ['-1', '+1']) {
      const { code, stdout, stderr } = await workertop('scale', String(pid), size);
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toMatch(ONE_LINE);
      expect(stderr).toMatch(one.why);
      expect([pid, ...before].map((process) => kernel.state(process))).not.toContain('T');
    }
    expect(kernel.children(pid)).toEqual(before);
  });
});
