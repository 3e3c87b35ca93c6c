/** Servers that are not alone: a master beside its successor, one that another program has started, one that stands still. */
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openDashboard, select } from '../helpers/dashboard.ts';
import { eventually } from '../helpers/eventually.ts';
import { type Job, startJob } from '../helpers/job.ts';
import * as kernel from '../helpers/kernel.ts';
import { requireServer } from '../helpers/requirements.ts';
import { freePort, type Gunicorn, type Home, openHome, type VenvName } from '../helpers/story.ts';
import { type ListedServer, list, workertop } from '../helpers/workertop.ts';

async function serverOf(pid: number): Promise<ListedServer | undefined> {
  return (await list()).projects.flatMap(({ servers }) => servers).find(({ processes }) => processes[0]?.pid === pid);
}

function pidsOf(server: ListedServer | undefined, role: string): readonly number[] {
  return (server?.processes ?? []).filter((process) => process.role === role).map(({ pid }) => pid);
}

describe('gunicorn', () => {
  let home: Home;

  beforeAll(async () => {
    home = await openHome();
  });
  afterAll(() => home?.stop());

  // With setproctitle titles tell, and without it the environment does.
  it.each<VenvName>(['django1_4', 'django1_5'])(
    'that USR2 upgrades is two, each scaled by itself, in %s',
    async (venv) => {
      const old = await home.startGunicorn({ project: 'shop', venv, workers: 2 });
      const workers = old.workers();
      process.kill(old.pid, 'SIGUSR2');
      const second = await eventually('a second master with workers of its own', () => {
        const master = kernel.children(old.pid).find((pid) => !workers.includes(pid));
        return master !== undefined && kernel.children(master).length === 2 && master;
      });
      const known = await eventually('the second master to be known', async () => {
        const server = await serverOf(second);
        return server?.remark !== null && server;
      });
      expect(known).toMatchObject({ kind: 'gunicorn', remark: `started by USR2, beside ${old.pid}` });
      expect(pidsOf(known, 'worker')).toEqual(kernel.children(second));
      const first = await serverOf(old.pid);
      expect(first?.remark).toBeNull();
      expect(pidsOf(first, 'worker')).toEqual(workers);

      expect(await workertop('scale', String(second), '-1')).toMatchObject({ code: 0, stderr: '' });
      expect(kernel.children(second)).toHaveLength(1);
      expect(kernel.children(old.pid)).toEqual([...workers, second].sort((a, b) => a - b));
      expect(await workertop('scale', String(old.pid), '+1')).toMatchObject({ code: 0, stderr: '' });
      expect(kernel.children(old.pid)).toHaveLength(4);
      expect(kernel.children(second)).toHaveLength(1);
      // The second ends with the group that it was started in.
      process.kill(second, 'SIGTERM');
      await eventually('the second master to end', () => !kernel.isAlive(second));
      await old.stop();
    },
  );

  describe('that stands still', () => {
    let gunicorn: Gunicorn;

    beforeAll(async () => {
      gunicorn = await home.startGunicorn({ project: 'still', venv: 'django1_4', workers: 2 });
    });
    beforeEach(async () => {
      process.kill(gunicorn.pid, 'SIGSTOP');
      await eventually('the master to stop', () => kernel.state(gunicorn.pid) === 'T');
    });

    it('is said to, and is not scaled', async () => {
      const server = await serverOf(gunicorn.pid);
      expect(server?.processes[0]?.state).toBe('T');
      expect(server?.scaling).toMatchObject({ available: false, reason: expect.stringContaining('kill -CONT') });
      const { code, stderr } = await workertop('scale', String(gunicorn.pid), '+1');
      expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining('is stopped') });
      expect((await workertop('list')).stdout).toMatch(new RegExp(`${gunicorn.pid}.*STOPPED`));
    });

    it.each([
      ['c', []],
      ['F9', ['\r']],
    ])('goes on with %s', async (key, answer) => {
      const pty = await openDashboard(['-f', gunicorn.directory], { cols: 120, rows: 40 });
      try {
        await select(pty, new RegExp(`master ${gunicorn.pid}.*STOPPED`));
        pty.press(key === 'F9' ? '\x1b[20~' : key);
        if (answer.length > 0) await pty.waitFor(/Continue \(SIGCONT\)/);
        pty.press(...answer);
        await eventually('the master to go on', () => kernel.state(gunicorn.pid) !== 'T');
        await pty.waitFor((lines) => !lines.some((line) => line.includes('STOPPED')));
      } finally {
        await pty.close();
      }
      expect(gunicorn.workers()).toHaveLength(2);
    });
  });
});

describe('what starts a server is named, and so is the place in a reminder', () => {
  let folder: string;
  let job: Job | null = null;
  let port: number;

  beforeEach(async () => {
    requireServer('gunicorn', 'supervisor', 'ruby-foreman');
    folder = await realpath(await mkdtemp(join(tmpdir(), 'workertop-kin-')));
    port = await freePort();
    await mkdir(join(folder, 'web'));
    await writeFile(join(folder, 'web', 'app.py'), 'def application(environ, start):\n    return []\n');
  });
  afterEach(async () => {
    await job?.stop();
    job = null;
    await rm(folder, { recursive: true, force: true });
  });

  async function gunicornBelow(started: Job): Promise<readonly [number, string]> {
    return eventually('gunicorn with 2 workers', async () => {
      const listed = (await list()).projects.flatMap(({ servers }) => servers);
      const family = new Set(descendants(started.pid));
      const found = listed.find(({ kind, processes }) => kind === 'gunicorn' && family.has(processes[0]?.pid ?? 0));
      const { pid } = found?.processes[0] ?? {};
      return found?.workers.current === 2 && pid !== undefined && found.startedBy !== null && [pid, found.startedBy];
    });
  }
  const descendants = (pid: number): readonly number[] => [pid, ...kernel.children(pid).flatMap(descendants)];

  it('supervisord, with the program’s name and its file', async () => {
    const config = join(folder, 'supervisord.conf');
    await writeFile(
      config,
      `[supervisord]\nnodaemon=true\nlogfile=/dev/null\nlogfile_maxbytes=0\npidfile=${folder}/pid\n[program:shop]\ndirectory=${folder}/web\nprocess_name=%(program_name)s_%(process_num)02d\nnumprocs=1\nenvironment=SPT_NOENV="1"\ncommand=/usr/bin/gunicorn -w 2 -b 127.0.0.1:${port} app\n`,
    );
    job = await startJob(['/usr/bin/supervisord', '-c', config], { cwd: folder, log: join(folder, 'log') });
    const [pid, startedBy] = await gunicornBelow(job);
    expect(startedBy).toBe(`supervisord’s program shop:shop_00 (${config})`);
    const { code, stdout } = await workertop('scale', String(pid), '+1');
    expect(code).toBe(0);
    expect(stdout).toContain(`started by ${startedBy}`);
    expect(kernel.children(pid)).toHaveLength(3);
  });

  it('foreman, with its Procfile', async () => {
    const web = join(folder, 'web');
    await writeFile(join(web, 'Procfile'), `web: exec /usr/bin/gunicorn -w 2 -b 127.0.0.1:${port} app\n`);
    job = await startJob(['/usr/bin/foreman', 'start'], { cwd: web, log: join(folder, 'log') });
    const [, startedBy] = await gunicornBelow(job);
    expect(startedBy).toBe(`foreman (${web}/Procfile)`);
  });
});
