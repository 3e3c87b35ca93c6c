/** Servers as they run on real machines: each as a user of its own, scaled by root. */
import { execFile } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { eventually } from '../helpers/eventually.ts';
import { makeFolder } from '../helpers/folder.ts';
import { type Job, startJob } from '../helpers/job.ts';
import * as kernel from '../helpers/kernel.ts';
import { requireRoot } from '../helpers/namespace.ts';
import { installPm2 } from '../helpers/pm2.ts';
import { requireServer } from '../helpers/requirements.ts';
import { type Home, openHome, type Redis } from '../helpers/story.ts';
import { createVenv } from '../helpers/venv.ts';
import { workertop } from '../helpers/workertop.ts';

const run = promisify(execFile);

/** A user without an account, and Debian's www-data. */
const BOB = 12_345;
const WWW_DATA = 33;

let folder: string;
let home: Home;
let redis: Redis;
let jobs: Job[] = [];

beforeAll(async () => {
  requireRoot();
  requireServer('uwsgi-core', 'uwsgi-plugin-python3');
  folder = makeFolder('owners');
  home = await openHome();
  redis = await home.startRedis();
  await createVenv(join(folder, 'venv'), ['python3-celery', 'python3-redis']);
});
afterEach(async () => {
  await Promise.all(jobs.map((job) => job.stop()));
  jobs = [];
});
afterAll(async () => {
  await home?.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function startAs(uid: number, command: readonly string[], cwd: string, env = {}): Promise<Job> {
  const as = ['setpriv', `--reuid=${uid}`, `--regid=${uid}`, '--clear-groups', ...command];
  const job = await startJob(as, { cwd, env, log: join(folder, `log-${jobs.length}`) });
  jobs.push(job);
  return job;
}

/** An app that knows its broker from its environment alone. */
function celeryApp(): string {
  const path = join(folder, 'shop');
  mkdirSync(path, { recursive: true });
  writeFileSync(
    join(path, 'shop.py'),
    `import os\nfrom celery import Celery\napp = Celery('shop', broker=os.environ['SHOP_BROKER_URL'])\n`,
  );
  return path;
}

async function expectScaled(uid: number): Promise<void> {
  const cwd = celeryApp();
  const celery = join(folder, 'venv', 'bin', 'celery');
  const env = { SHOP_BROKER_URL: redis.url };
  const job = await startAs(uid, [celery, '-A', 'shop', 'worker', '-c', '2', '-l', 'INFO'], cwd, env);
  await eventually(
    'celery is ready',
    () => {
      if (!kernel.isAlive(job.pid)) throw new Error(job.log());
      return / ready\.$/m.test(job.log()) && kernel.children(job.pid).length === 2;
    },
    30,
  );
  expect(await workertop('scale', String(job.pid), '+1', '--yes')).toMatchObject({ code: 0, stderr: '' });
  expect(kernel.children(job.pid)).toHaveLength(3);
  expect(await workertop('scale', String(job.pid), '-2', '--yes')).toMatchObject({ code: 0, stderr: '' });
  expect(kernel.children(job.pid)).toHaveLength(1);
}

it('root scales a celery of www-data, in a virtualenv of root', async () => {
  await expectScaled(WWW_DATA);
});

it('root scales a celery of a user, in a virtualenv of his own, and not where everyone may write to that', async () => {
  celeryApp();
  await run('chown', ['-R', `${BOB}:${BOB}`, join(folder, 'venv'), join(folder, 'shop')]);
  await expectScaled(BOB);
  chmodSync(join(folder, 'venv', 'bin'), 0o777);
  const [job] = jobs;
  const { code, stderr } = await workertop('scale', String(job?.pid), '+1', '--yes');
  expect(code).toBe(1);
  expect(stderr).toMatch(/^workertop: .*venv\/bin may be changed by everyone[^\n]*\n$/);
  expect(kernel.children(job?.pid ?? 0)).toHaveLength(1);
});

it('root scales a uWSGI of www-data, whose FIFO is in a directory of its own in /run', async () => {
  const place = mkdtempSync('/run/workertop-uwsgi-');
  try {
    chownSync(place, WWW_DATA, WWW_DATA);
    writeFileSync(
      join(folder, 'app.py'),
      `def application(environ, start):\n    start('200 OK', [])\n    return [b'']\n`,
    );
    const args = ['--plugin', 'python3', '--http-socket', '127.0.0.1:0', '--master', '--wsgi-file', 'app.py'];
    const size = ['--processes', '3', '--cheaper', '1', '--cheaper-initial', '2', '--cheaper-algo', 'manual'];
    const fifo = ['--master-fifo', join(place, 'fifo'), '--stats', join(place, 'stats')];
    const { pid } = await startAs(WWW_DATA, ['/usr/bin/uwsgi-core', ...args, ...size, ...fifo], folder);
    await eventually('two workers', () => kernel.children(pid).length === 2);
    expect(await workertop('scale', String(pid), '+1')).toMatchObject({ code: 0, stderr: '' });
    expect(kernel.children(pid)).toHaveLength(3);
    expect(await workertop('scale', String(pid), '-1')).toMatchObject({ code: 0, stderr: '' });
    expect(kernel.children(pid)).toHaveLength(2);
  } finally {
    rmSync(place, { recursive: true });
  }
});

it('root scales a pm2 of a user', async () => {
  const installed = installPm2();
  const bob = join(folder, 'bob');
  // Short: Node cuts a title to the length of the arguments that it was started with, and pm2 is known by its title.
  const daemon = join(folder, 'pm2');
  for (const path of [bob, daemon]) mkdirSync(path);
  writeFileSync(join(bob, 'server.js'), "require('node:http').createServer().listen(0, '127.0.0.1');\n");
  await run('chown', ['-R', `${BOB}:${BOB}`, bob, daemon]);
  const PATH = [installed.bin, dirname(process.execPath), '/usr/bin', '/bin'].join(':');
  const env = { PATH, HOME: bob, PM2_HOME: daemon };
  const pm2 = (...args: readonly string[]) => run('pm2', args, { cwd: bob, env, uid: BOB, gid: BOB });
  await pm2('start', 'server.js', '--name', 'bobs', '-i', '2');
  try {
    const { stdout } = await pm2('pid', 'bobs');
    const [worker = 0] = stdout.trim().split('\n').map(Number);
    // A process bears its title some time after it was started.
    await eventually(
      'it is seen',
      async () => (await workertop('scale', String(worker), '+1', '--dry-run')).code === 0,
    );
    expect(await workertop('scale', String(worker), '+1', '--yes')).toMatchObject({ code: 0, stderr: '' });
    expect((await pm2('pid', 'bobs')).stdout.trim().split('\n')).toHaveLength(3);
  } finally {
    await pm2('kill');
    installed.remove();
  }
});
