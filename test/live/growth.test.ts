import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openDashboard, select } from '../helpers/dashboard.ts';
import { eventually } from '../helpers/eventually.ts';
import { type Job, startJob } from '../helpers/job.ts';
import * as kernel from '../helpers/kernel.ts';
import { requireServer } from '../helpers/requirements.ts';
import { freePort } from '../helpers/story.ts';
import { type Result, workertop, workertopCommand } from '../helpers/workertop.ts';

/** Its new workers do what the files beside it say; what it has loaded already goes on. */
const APP = `import os, threading
here = os.path.dirname(os.path.abspath(__file__))
if os.path.exists(os.path.join(here, "dies")):
    threading.Timer(2, os._exit, [1]).start()
ballast = bytearray(os.urandom(20 << 20))
def app(environ, start_response):
    start_response("200 OK", [])
    return [b"ok"]
`;

let folder: string;
let gunicorn: Job;

const workers = () => kernel.children(gunicorn.pid);
const scale = (...args: readonly string[]) => workertop('scale', String(gunicorn.pid), ...args);

/** Starts two workers. */
async function start(): Promise<Job> {
  writeFileSync(join(folder, 'requirements.txt'), '');
  writeFileSync(join(folder, 'app.py'), APP);
  const command = ['/usr/bin/gunicorn', '-w', '2', '-b', `127.0.0.1:${await freePort()}`, 'app:app'];
  const job = await startJob(command, { cwd: folder, env: { HOME: folder }, log: join(folder, 'gunicorn.log') });
  await eventually(
    'two workers with all of their memory',
    () =>
      kernel.children(job.pid).length === 2 &&
      kernel.children(job.pid).every((pid) => (kernel.memory(pid)?.uss ?? 0) > 20 << 20),
  );
  return job;
}

/** One line on stderr, and exit code 1. */
function refusal({ code, stdout, stderr }: Result): string {
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatch(/^workertop: [^\n]+\n$/);
  return stderr;
}

beforeAll(() => requireServer('gunicorn'));
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'workertop-growth-'));
  gunicorn = await start();
});
afterEach(async () => {
  await gunicorn.stop();
  rmSync(folder, { recursive: true });
});

describe('scale', () => {
  it('adds none that do not fit into memory, and says the figures', async () => {
    const text = refusal(await scale('99', '--yes', '--memory', '1G'));
    expect(text).toMatch(
      /2 → 99 workers: 97 more would take ≈[\d.]+G \(97 × [\d.]+M\), and \S+ of 1\.00G of --memory is available/,
    );
    expect(text).toContain('--force');
    expect(workers()).toHaveLength(2);
  });

  it('adds them all the same with --force', async () => {
    const { code, stdout } = await scale('+1', '--memory', '1M', '--force');
    expect(code).toBe(0);
    expect(stdout).toContain('2 → 3 workers');
  });

  it('asks before it more than doubles the number: with nobody to ask it takes --yes', async () => {
    expect(refusal(await scale('5'))).toContain('--yes');
    expect(workers()).toHaveLength(2);
    expect((await scale('5', '--yes')).code).toBe(0);
    expect(workers()).toHaveLength(5);
  });

  it('says that it failed where a new worker ends two seconds after its start', async () => {
    writeFileSync(join(folder, 'dies'), '');
    const text = refusal(await scale('+1'));
    expect(text).toContain('a new worker ended within');
    expect(text).toMatch(/it has [23] workers\n$/);
  });

  it('says what is likely where the code on disk is broken and gunicorn ends itself', async () => {
    // What is written within a second of their start, the workers may have loaded.
    await eventually('workers that are not new', () => workers().every((pid) => (kernel.age(pid) ?? 0) > 1.5));
    writeFileSync(join(folder, 'app.py'), 'raise RuntimeError("half deployed")\n');
    expect(refusal(await scale('+1'))).toContain('its code was changed');
    expect(workers()).toHaveLength(2);
    const { code, stderr } = await scale('+1', '--yes');
    expect(code).toBe(1);
    expect(stderr).toContain('its master has ended: gunicorn ends itself when a new worker fails to boot');
  });
});

describe('a change that is cut off', () => {
  let log: string;
  let state: string;

  beforeEach(async () => {
    state = join(folder, 'state');
    await mkdir(state, { mode: 0o755 });
    log = join(state, 'workertop', 'actions.log');
  });

  const logged = () => (existsSync(log) ? readFileSync(log, 'utf8') : '');
  const env = () => ({ XDG_STATE_HOME: state });

  async function pressPlus() {
    const pty = await openDashboard(['--filter', folder, '--delay', '1'], { cols: 120, rows: 30, env: env() });
    await select(pty, new RegExp(`\\b${gunicorn.pid}\\b`));
    pty.press('+');
    await pty.waitFor(/2 → 3\?/);
    pty.press('y', '+', '+', '+');
    await eventually('the first new worker', () => workers().length > 2);
    return pty;
  }

  it.each(['q', 'ctrl-c'] as const)('by %s is told on the way out, and logged', async (key) => {
    const pty = await pressPlus();
    pty.press(key);
    const { code } = await pty.exit;
    expect(code).toBe(key === 'q' ? 0 : 130);
    expect(pty.raw()).toMatch(/workertop: \S+ 2 → [3-6] was under way: \d sent, \d run now/);
    await eventually('the log', () => / was under way: \d sent, \d run now/.test(logged()));
    expect(logged()).toMatch(/^\S+ gunicorn \d+: \S+ 2 → [3-6] workers asked/);
    expect(statSync(log).mode & 0o777).toBe(0o600);
  });

  it('by kill -9 is logged, with what was sent', async () => {
    const pty = await pressPlus();
    process.kill(pty.pid, 'SIGKILL');
    await pty.exit;
    await eventually('the log', () => /2 → [3-6] was under way when workertop ended: \d sent, \d ran/.test(logged()));
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('by %s to scale sends no more, and is logged', async (signal, status) => {
    const [node, cli] = workertopCommand();
    const args = [cli, 'scale', String(gunicorn.pid), '+20', '--yes'];
    const child = spawn(node, args, { stdio: 'ignore', env: { ...process.env, ...env() } });
    const exit = new Promise((resolve) => child.once('close', resolve));
    await eventually('a new worker', () => workers().length > 2);
    child.kill(signal);
    expect(await exit).toBe(status);
    await eventually('the log', () => /cancelled on the way/.test(logged()));
    expect(logged()).toContain('2 → 22 workers asked');
    const says = Number(/2 → (\d+) workers, cancelled on the way to 22/.exec(logged())?.[1]);
    expect(workers()).toHaveLength(says);
  });

  it('is not logged through a link that leads elsewhere, which is said once', async () => {
    const elsewhere = join(folder, 'elsewhere');
    await mkdir(elsewhere, { mode: 0o755 });
    symlinkSync(elsewhere, join(state, 'workertop'));
    const [node, cli] = workertopCommand();
    const args = [cli, 'scale', String(gunicorn.pid), '+1'];
    const child = spawn(node, args, { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, ...env() } });
    let stderr = '';
    child.stderr.on('data', (data: Buffer) => {
      stderr += data.toString();
    });
    expect(await new Promise((resolve) => child.once('close', resolve))).toBe(0);
    expect(stderr).toMatch(/^workertop: Actions are not logged: \S+workertop is a link\.\n$/);
    expect(existsSync(join(elsewhere, 'actions.log'))).toBe(false);
    expect(statSync(elsewhere).mode & 0o777).toBe(0o755);
  });
});
