import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openDashboard, openDashboardInTmux, select } from '../helpers/dashboard.ts';
import { eventually } from '../helpers/eventually.ts';
import * as kernel from '../helpers/kernel.ts';
import type { Pty } from '../helpers/pty.ts';
import { requireServer } from '../helpers/requirements.ts';
import { freedIn } from '../helpers/sizes.ts';
import { type Gunicorn, REDIS_PASSWORD, type Story, startStory } from '../helpers/story.ts';

let story: Story;

beforeAll(async () => {
  requireServer('tmux');
  story = await startStory({ ballastMb: 40 });
});
afterAll(() => story?.stop());

/** Only what the story started: it may not be alone on this machine. */
const mine = () => ['--filter', story.path];

const rowOf = (pid: number) => new RegExp(`\\b${pid}\\b`);

function lineWith(lines: readonly string[], text: string): string {
  return lines.find((line) => line.includes(text)) ?? '';
}

/** Presses `-` and `u` on a master, and compares what the screen says with the kernel's figures. */
async function trimAndUndo(pty: Pty, gunicorn: Gunicorn): Promise<void> {
  const before = new Map((await gunicorn.settled(3)).map((pid) => [pid, kernel.memory(pid)?.uss ?? 0]));
  await select(pty, rowOf(gunicorn.pid));
  pty.press('-');
  // The first change of a session is asked about.
  await pty.waitFor(/Trim a worker .*3 → 2/);
  pty.press('y');
  const lines = await pty.waitFor(/done: .*3 → 2/);
  const told = lineWith(lines, ' freed');

  const staying = gunicorn.workers();
  expect(staying).toHaveLength(2);
  const [left = 0] = [...before.keys()].filter((pid) => !staying.includes(pid));
  const uss = before.get(left) ?? 0;
  expect(Math.abs(freedIn(told) - uss)).toBeLessThan(0.1 * uss);

  pty.press('u');
  await pty.waitFor(/done: .*2 → 3/);
  await gunicorn.settled(3);
}

describe.each([
  [80, 24],
  [160, 48],
])('in tmux at %i×%i', (cols, rows) => {
  let pty: Pty;

  beforeEach(async () => {
    pty = await openDashboardInTmux(mine(), { cols, rows });
  });
  afterEach(() => pty.close().then(() => undefined));

  it.each(['project1', 'project2'] as const)('one worker of %s goes and comes back', async (name) => {
    await trimAndUndo(pty, story[name]);
  });

  it('shows both projects with their virtualenvs', async () => {
    if (cols >= 120) {
      await pty.waitFor(/project1.*django1_4/);
      await pty.waitFor(/project2.*django1_5/);
      return;
    }
    // Where the column has no room, the details tell it.
    for (const [name, virtualenv] of [
      ['project1', 'django1_4'],
      ['project2', 'django1_5'],
    ] as const) {
      await select(pty, rowOf(story[name].pid));
      // The last page of the details.
      pty.press('enter', 'left');
      await pty.waitFor(virtualenv);
      pty.press('escape');
      await eventually('the details are closed', () => !pty.text().includes(virtualenv));
    }
  });
});

describe('in a terminal', () => {
  let pty: Pty;

  beforeEach(async () => {
    pty = await openDashboard(mine(), { cols: 120, rows: 36 });
  });
  afterEach(() => pty.close().then(() => undefined));

  it('brings exactly six workers for six quick presses of +', async () => {
    await story.project1.settled(3);
    await select(pty, rowOf(story.project1.pid));
    pty.press('+');
    // The first change of a session is asked about.
    await pty.waitFor(/Add a worker .*3 → 4/);
    pty.press('y', '+', '+', '+', '+', '+');
    await pty.waitFor(/done: .*3 → 9/);
    await story.project1.settled(9);
    pty.press('-', '-', '-', '-', '-', '-');
    await pty.waitFor(/done: .*9 → 3/);
    await story.project1.settled(3);
  });

  it.each(['worker', 'beat'] as const)('refuses + and - on celery %s, and leaves it running', async (name) => {
    const { pid } = story[name];
    const children = kernel.children(pid);
    await select(pty, rowOf(pid));
    for (const key of ['-', '+']) {
      pty.press(key);
      await pty.waitFor(/does not scale by signals|without workers/i);
      expect(kernel.state(pid)).toMatch(/[RS]/);
      pty.press('escape');
    }
    expect(kernel.children(pid)).toEqual(children);
  });

  it('shows no password, in the details neither', async () => {
    for (const { pid } of [story.worker, story.beat]) {
      await select(pty, rowOf(pid));
      pty.press('enter');
      await pty.waitFor('***@');
      pty.press('escape');
      await eventually('the details are closed', () => !pty.text().includes('***@'));
    }
    expect(pty.raw()).not.toContain(REDIS_PASSWORD);
  });
});
