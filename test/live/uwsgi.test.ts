import { rm, writeFile } from 'node:fs/promises';
import { get } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../helpers/eventually.ts';
import { makeFolder } from '../helpers/folder.ts';
import { type Job, startJob } from '../helpers/job.ts';
import * as kernel from '../helpers/kernel.ts';
import { requireServer } from '../helpers/requirements.ts';
import { freePort } from '../helpers/story.ts';
import { type ListedServer, list, workertop } from '../helpers/workertop.ts';

const app = `import time
def application(environ, start):
    if environ['PATH_INFO'] == '/slow':
        time.sleep(3)
    start('200 OK', [])
    return [b'ok']
`;

let folder: string;
let port: number;
let job: Job | null = null;

beforeEach(async () => {
  requireServer('uwsgi-core', 'uwsgi-plugin-python3');
  folder = makeFolder('uwsgi');
  await writeFile(join(folder, 'app.py'), app);
  port = await freePort();
});
afterEach(async () => {
  await job?.stop();
  job = null;
  await rm(folder, { recursive: true, force: true });
});

async function serverOf(pid: number): Promise<ListedServer | undefined> {
  return (await list()).projects.flatMap(({ servers }) => servers).find(({ processes }) => processes[0]?.pid === pid);
}

/** Of what the master has started: not of the shell that waits for it. */
async function rolesUnder(pid: number): Promise<readonly (string | null)[]> {
  const children = kernel.children(pid);
  const processes = (await serverOf(pid))?.processes ?? [];
  return processes.flatMap((process) => (children.includes(process.pid) ? [process.role] : [])).sort();
}

/** uWSGI with two of at most three workers, and a mule. */
async function start(...args: readonly string[]): Promise<number> {
  const common = ['--plugin', 'python3', '--http-socket', `127.0.0.1:${port}`, '--master', '--wsgi-file', 'app.py'];
  const size = ['--processes', '3', '--cheaper', '1', '--cheaper-initial', '2', '--mule'];
  const fifo = ['--master-fifo', join(folder, 'fifo')];
  job = await startJob(['/usr/bin/uwsgi-core', ...common, ...size, ...fifo, ...args], {
    cwd: folder,
    log: join(folder, 'log'),
    env: { HOME: folder },
  });
  const { pid } = job;
  await eventually('two workers and a mule', () => kernel.children(pid).length === 3);
  await eventually('it serves', () => fetched('/').catch(() => false));
  return pid;
}

function fetched(path: string): Promise<true> {
  return new Promise((resolve, fail) => {
    get({ port, path, agent: false }, (response) => {
      response.resume().on('end', () => resolve(true));
    }).on('error', fail);
  });
}

describe.each([
  ['tcp', async () => `127.0.0.1:${await freePort()}`],
  ['a unix socket', async () => join(folder, 'stats.sock')],
])('with stats at %s', (_, address) => {
  it('counts workers and no mule, up to as many as processes says', async () => {
    const pid = await start('--cheaper-algo', 'manual', '--stats', await address());
    expect(await rolesUnder(pid)).toEqual(['helper', 'worker', 'worker']);

    const up = await workertop('scale', String(pid), '+1');
    expect(up).toMatchObject({ code: 0, stderr: '' });
    expect(up.stdout).toContain('2 → 3 workers');
    expect(kernel.children(pid)).toHaveLength(4);

    const more = await workertop('scale', String(pid), '+1');
    expect(more.code).toBe(1);
    expect(more.stderr).toContain('runs 3 workers at most, by --processes=3 on the command line');
    expect(kernel.children(pid)).toHaveLength(4);

    const down = await workertop('scale', String(pid), '1');
    expect(down).toMatchObject({ code: 0, stderr: '' });
    expect(down.stdout).toContain('3 → 1 workers');
    expect(await rolesUnder(pid)).toEqual(['helper', 'worker']);
    expect(kernel.state(pid)).toMatch(/[RS]/);
  });
});

it('uWSGI lets a worker finish its request before it goes', async () => {
  const pid = await start('--cheaper-algo', 'manual', '--stats', join(folder, 'stats.sock'));
  // Both are kept busy, so that whichever goes is.
  const answered = Promise.all([fetched('/slow'), fetched('/slow')]);
  const { code, stdout } = await workertop('scale', String(pid), '-1');
  expect(code).toBe(0);
  expect(stdout).toContain('2 → 1 workers');
  expect(await answered).toEqual([true, true]);
});

it('a change of uWSGI is refused where a mule cannot be told from a worker, of which none might be left', async () => {
  const pid = await start('--cheaper-algo', 'manual');
  const before = kernel.children(pid);
  const { code, stderr } = await workertop('scale', String(pid), '-1');
  expect(code).toBe(1);
  expect(stderr).toContain('cannot tell its workers from its mule');
  expect(kernel.children(pid)).toEqual(before);
});

it.each([['spare'], ['backlog']])(
  'a change of uWSGI is refused where the %s algorithm would undo it',
  async (algorithm) => {
    const pid = await start(...(algorithm === 'spare' ? [] : ['--cheaper-algo', algorithm]));
    const before = kernel.children(pid);
    for (const size of ['+1', '-1']) {
      const { code, stdout, stderr } = await workertop('scale', String(pid), size);
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toContain(`Its cheaper algorithm, ${algorithm}, brings the number of workers back by itself`);
    }
    expect(kernel.children(pid).length).toBeLessThanOrEqual(before.length);
  },
);
