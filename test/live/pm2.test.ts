import { execFile } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDashboard, select } from '../helpers/dashboard.ts';
import { eventually } from '../helpers/eventually.ts';
import { makeFolder } from '../helpers/folder.ts';
import * as kernel from '../helpers/kernel.ts';
import { type InstalledPm2, installPm2 } from '../helpers/pm2.ts';
import { type ListedProject, type ListedServer, list, projectIn, workertop } from '../helpers/workertop.ts';

const ONE_LINE = /^workertop: .+\n$/;

let installed: InstalledPm2;
let folder: string;
let home: string;

/** The real pm2, which keeps its daemon and all of its files in this test's folder. */
async function pm2(...args: readonly string[]): Promise<string> {
  const PATH = [installed.bin, dirname(process.execPath), '/usr/bin', '/bin'].join(delimiter);
  const env = { PATH, HOME: folder, PM2_HOME: home, LANG: 'C.UTF-8' };
  return (await promisify(execFile)(join(installed.bin, 'pm2'), args, { cwd: join(folder, 'kiosk'), env })).stdout;
}

interface Known {
  readonly pid: number;
  readonly name: string;
  readonly pm_id: number;
}

/** pids of an app's running processes by their ids, as pm2 itself has them. */
async function running(app: string): Promise<ReadonlyMap<number, number>> {
  const known = JSON.parse(await pm2('jlist')) as readonly Known[];
  return new Map(known.filter(({ name, pid }) => name === app && pid > 0).map(({ pm_id, pid }) => [pm_id, pid]));
}

const daemon = async () => Number(await readFile(join(home, 'pm2.pid'), 'utf8'));

async function project(): Promise<ListedProject> {
  return projectIn(await list(), join(folder, 'kiosk'));
}

const appOf = ({ servers }: ListedProject, app: string): ListedServer | undefined =>
  servers.find((server) => server.kind === 'pm2' && server.app === app);

/** By the name that tells it from the other app of its project. */
async function scale(app: string, ...args: readonly string[]) {
  return workertop('scale', `${(await project()).name}:${app}`, ...args);
}

beforeAll(async () => {
  installed = installPm2();
  folder = makeFolder('pm2');
  home = join(folder, 'pm2');
  await mkdir(join(folder, 'kiosk'));
  await writeFile(join(folder, 'kiosk', 'package.json'), '{ "name": "kiosk" }\n');
  await writeFile(join(folder, 'kiosk', 'server.js'), "require('node:http').createServer().listen(0, '127.0.0.1');\n");
  await writeFile(join(folder, 'kiosk', 'jobs.js'), 'setInterval(() => {}, 1000);\n');
  const apps = [
    { name: 'forked', script: 'jobs.js', exec_mode: 'fork', instances: 2 },
    { name: 'alone', script: 'server.js', exec_mode: 'fork', instances: 1 },
    { name: 'clustered', script: 'server.js', exec_mode: 'cluster', instances: 2 },
  ];
  await writeFile(join(folder, 'kiosk', 'ecosystem.config.js'), `module.exports = ${JSON.stringify({ apps })};\n`);
  await pm2('start', 'ecosystem.config.js');
  await eventually('two workers of each app', async () => {
    const found = await project();
    return ['forked', 'clustered'].every((app) => appOf(found, app)?.workers.current === 2);
  });
});
afterAll(async () => {
  await pm2('kill');
  installed.remove();
  await rm(folder, { recursive: true, force: true });
});

describe.each(['forked', 'clustered'])('the app %s', (app) => {
  it('is a server of its own, in the project of its directory', async () => {
    const server = appOf(await project(), app);
    expect(server?.processes.map(({ role }) => role)).toEqual(['worker', 'worker']);
    expect(server?.processes.map(({ pid }) => pid).sort()).toEqual([...(await running(app)).values()].sort());
    expect(server?.workers).toMatchObject({ current: 2, configured: 2, configuredBy: 'instances' });
    expect(server?.scaling).toEqual({ method: 'command', available: true, reason: null });
  });

  it('shows the command, and runs it only when told that it may', async () => {
    const before = kernel.children(await daemon());
    const { code, stdout, stderr } = await scale(app, '+1');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(ONE_LINE);
    expect(stderr).toContain(`as ${userInfo().username}: PM2_HOME=${home} pm2 scale ${app} +1\n`);
    expect(kernel.children(await daemon())).toEqual(before);
  });

  it('gets one more, and loses the one with the lowest id', async () => {
    const before = await running(app);
    const others = kernel.children(await daemon()).length - before.size;
    const up = await scale(app, '+1', '--yes');
    expect(up).toMatchObject({ code: 0, stderr: '' });
    expect(up.stdout).toContain('2 → 3 workers');
    expect(up.stdout).toContain('instances 2');
    expect(kernel.children(await daemon())).toHaveLength(others + 3);

    const down = await scale(app, '-1', '--yes');
    expect(down).toMatchObject({ code: 0, stderr: '' });
    expect(down.stdout).toMatch(/3 → 2 workers, freed \d/);
    expect(kernel.children(await daemon())).toHaveLength(others + 2);
    const after = await running(app);
    expect([...before.keys()].filter((id) => !after.has(id))).toEqual([Math.min(...before.keys())]);
  });

  it.each([['0'], ['0', '--allow-zero'], ['-2', '--allow-zero']])('is never deleted: %j', async (...args) => {
    const before = await running(app);
    const { code, stderr } = await scale(app, ...args, '--yes');
    expect(code).toBe(1);
    expect(stderr).toMatch(ONE_LINE);
    expect(await running(app)).toEqual(before);
  });

  it('is named by the pid of any of its processes', async () => {
    const [pid] = [...(await running(app)).values()];
    const { code, stdout } = await workertop('scale', String(pid), '-1', '--dry-run');
    expect(code).toBe(0);
    expect(stdout).toContain('2 → 1 workers');
  });

  it('keeps running where an instance is stopped, which pm2 scale counts too', async () => {
    await scale(app, '+1', '--yes');
    const [, second, last] = [...(await running(app)).keys()].sort((a, b) => a - b);
    await pm2('stop', String(last));
    const { code, stdout } = await scale(app, '-1', '--yes');
    expect(code).toBe(0);
    expect(stdout).toContain('2 → 1 workers');
    expect([...(await running(app)).keys()]).toEqual([second]);
  });
});

it('a second process of a pm2 app that listens in fork mode is refused, since it could not bind', async () => {
  const before = await running('alone');
  const { code, stdout, stderr } = await scale('alone', '+1', '--yes');
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatch(ONE_LINE);
  expect(stderr).toContain('cluster mode');
  expect(await running('alone')).toEqual(before);
});

it('the dashboard asks before it runs pm2, then tells the outcome, and undoes it', async () => {
  const pty = await openDashboard(['--filter', (await project()).name], { cols: 140, rows: 40 });
  try {
    const before = await running('forked');
    await select(pty, /pm2 forked/);
    pty.press('+');
    await pty.waitFor(`PM2_HOME=${home} pm2 scale forked +1`);
    await pty.waitFor(`PM2_HOME=${home} pm2 delete ${Math.min(...before.keys())}`);
    expect(await running('forked')).toEqual(before);
    pty.press('y');
    await pty.waitFor(new RegExp(`done: .*${before.size} → ${before.size + 1} workers`));
    expect((await running('forked')).size).toBe(before.size + 1);
    pty.press('u');
    await pty.waitFor(new RegExp(`done: .*${before.size + 1} → ${before.size} worker`));
    expect((await running('forked')).size).toBe(before.size);
  } finally {
    await pty.close();
  }
});

it('the daemon of pm2 is left alone: it is no worker, and told apart from its apps', async () => {
  const pid = await daemon();
  const { code, stderr } = await workertop('scale', String(pid), '+1', '--yes');
  expect(code).toBe(1);
  expect(stderr).toMatch(ONE_LINE);
  expect(stderr).toContain('Select one of its apps');
  const servers = (await list()).projects.flatMap((one) => one.servers);
  const holding = servers.filter(({ processes }) => processes.some((process) => process.pid === pid));
  expect(holding.map(({ kind, workers }) => [kind, workers.current])).toEqual([['pm2-daemon', 0]]);
});
