import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../helpers/eventually.ts';
import * as kernel from '../helpers/kernel.ts';
import { type Gunicorn, type Home, openHome } from '../helpers/story.ts';
import { type Result, workertop, workertopCommand } from '../helpers/workertop.ts';

let home: Home;
let gunicorn: Gunicorn;
let count = 0;

beforeAll(async () => {
  home = await openHome();
});
afterAll(() => home?.stop());

beforeEach(async () => {
  count += 1;
  gunicorn = await home.startGunicorn({ project: `race${count}`, venv: 'django1_5', workers: 3 });
});
afterEach(() => gunicorn.stop());

interface SelfReport {
  readonly target: number;
  readonly current: number;
  readonly phase: string;
}

/** What a change told that succeeded; null for a refusal, which is one line. */
function told({ code, stdout, stderr }: Result): SelfReport | null {
  if (code === 0) return JSON.parse(stdout) as SelfReport;
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatch(/^workertop: [^\n]+\n$/);
  return null;
}

/** How many workers a refusal says that there are. */
function numberIn({ stderr }: Result): number {
  return Number(/it has (\d+) workers?\n$/.exec(stderr)?.[1]);
}

const scale = (change: string) => workertop('scale', `${gunicorn.pid}`, change, '--json', '--yes');

/** Waits until so many workers more were seen: the change is in its middle. */
async function grown(by: number): Promise<void> {
  const before = gunicorn.workers().length;
  await eventually('the change to have begun', () => gunicorn.workers().length >= before + by);
}

describe('while a change runs', () => {
  it('its master dies: that is told, and it ends', async () => {
    const change = scale('+6');
    await grown(1);
    process.kill(gunicorn.pid, 'SIGKILL');
    const { code, stderr } = await change;
    expect(code).toBe(1);
    expect(stderr).toMatch(/^workertop: .*its master has ended[^\n]*\n$/);
  });

  it('workers die and are replaced by the server: the number is reached, and is what is told', async () => {
    const change = scale('+4');
    for (let kill = 0; kill < 3; kill++) {
      await grown(1);
      process.kill(gunicorn.workers()[0] ?? 0, 'SIGKILL');
    }
    const result = await change;
    expect(told(result)).toMatchObject({ current: 7, phase: 'done' });
    await gunicorn.settled(7);
  });

  it('HUP brings the configured number back: it ends, and tells how many there are', async () => {
    const change = scale('+5');
    await grown(2);
    process.kill(gunicorn.pid, 'SIGHUP');
    const result = await change;
    const says = told(result)?.current ?? numberIn(result);
    await gunicorn.settled(says);
  });

  it('USR2 starts a second master: it is counted as none of the workers, and gets no signal', async () => {
    const change = scale('+3');
    await grown(1);
    process.kill(gunicorn.pid, 'SIGUSR2');
    const result = await change;
    const second = await eventually('the second master', () =>
      gunicorn.workers().find((pid) => kernel.children(pid).length === 3),
    );
    const says = told(result)?.current ?? numberIn(result);
    expect(says).toBe(6);
    await eventually('as many workers', () => gunicorn.workers().filter((pid) => pid !== second).length === says);
    // Its own number of workers is as configured.
    expect(kernel.children(second)).toHaveLength(3);
    process.kill(second, 'SIGTERM');
    await eventually('the second master has gone', () => !kernel.isAlive(second));
  });

  it('another workertop wants the same: both reach it', async () => {
    const results = await Promise.all([scale('6'), scale('6')]);
    for (const result of results) expect(told(result)).toMatchObject({ target: 6, current: 6, phase: 'done' });
    await gunicorn.settled(6);
  });

  it('another workertop wants the opposite: both end, and what the last one tells is true', async () => {
    let last: Result | null = null;
    const note = (result: Result) => {
      last = result;
    };
    await Promise.all([scale('7').then(note), scale('1').then(note)]);
    expect(last).not.toBeNull();
    const says = last === null ? null : (told(last)?.current ?? numberIn(last));
    await gunicorn.settled(says ?? -1);
  });

  it('is interrupted by Ctrl-C: it sends no more, and tells how far it came', async () => {
    const [node, cli] = workertopCommand();
    const child = spawn(node, [cli, 'scale', `${gunicorn.pid}`, '+20', '--yes'], { stdio: ['ignore', 'pipe', 'pipe'] });
    let stderr = '';
    child.stderr.on('data', (data: Buffer) => {
      stderr += data.toString();
    });
    const exit = new Promise((resolve) => child.once('close', resolve));
    await grown(2);
    child.kill('SIGINT');
    expect(await exit).toBe(130);
    const says = Number(/3 → (\d+) workers, cancelled on the way to 23\n$/.exec(stderr)?.[1]);
    await gunicorn.settled(says);
  });
});

it('no worker is added that would load code which none has run, until that is agreed to', async () => {
  const code = join(gunicorn.directory, 'changed.py');
  // What is written within a second of their start, the workers may have loaded.
  await eventually('workers that are not new', () => gunicorn.workers().every((pid) => (kernel.age(pid) ?? 0) > 1.5));
  await writeFile(code, 'import not_installed_yet\n');
  const refused = await workertop('scale', String(gunicorn.pid), '+1');
  expect(refused).toMatchObject({ code: 1, stdout: '' });
  expect(refused.stderr).toMatch(
    /its code was changed \d+ s ago, after its newest worker started\. .*--yes goes ahead\.\n$/,
  );
  expect(gunicorn.workers()).toHaveLength(3);
  const agreed = await workertop('scale', String(gunicorn.pid), '+1', '--yes');
  expect(agreed.code).toBe(0);
  expect(agreed.stderr).toMatch(/^workertop: .*its code was changed/);
  expect(gunicorn.workers()).toHaveLength(4);
});
