import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../helpers/eventually.ts';
import * as kernel from '../helpers/kernel.ts';
import { freedIn } from '../helpers/sizes.ts';
import { type Gunicorn, type Home, openHome, REDIS_PASSWORD, type Story, startStory } from '../helpers/story.ts';
import { list, projectIn, workertop } from '../helpers/workertop.ts';

const ONE_LINE = /^workertop: .+\n$/;

/** USS of each worker, as the kernel has it now. */
function ussOf(gunicorn: Gunicorn): ReadonlyMap<number, number> {
  return new Map(gunicorn.workers().map((pid) => [pid, kernel.memory(pid)?.uss ?? 0]));
}

/** As workertop calls its project: longer than its directory where another of that name runs. */
async function nameOf({ directory }: Gunicorn): Promise<string> {
  return projectIn(await list(), directory).name;
}

/** Scales to one worker fewer, and compares what is told with what the kernel says. */
async function expectOneFewer(gunicorn: Gunicorn, target: string): Promise<void> {
  const before = ussOf(gunicorn);
  const { code, stdout, stderr } = await workertop('scale', target, '-1');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });

  const staying = gunicorn.workers();
  expect(staying).toHaveLength(before.size - 1);
  const left = [...before.keys()].filter((pid) => !staying.includes(pid));
  expect(left).toHaveLength(1);
  const uss = before.get(left[0] ?? 0) ?? 0;
  expect(Math.abs(freedIn(stdout) - uss)).toBeLessThan(0.1 * uss);
  expect(stdout).toContain(`${before.size} → ${before.size - 1}`);
}

describe('the story', () => {
  let story: Story;

  beforeAll(async () => {
    story = await startStory({ ballastMb: 40 });
  });
  afterAll(() => story?.stop());

  it.each(['project1', 'project2'] as const)('takes one worker from %s, and tells what that freed', async (name) => {
    await expectOneFewer(story[name], `${await nameOf(story[name])}:gunicorn`);
    expect((await workertop('scale', String(story[name].pid), '3')).code).toBe(0);
    await story[name].settled(3);
  });

  it('reminds where the number is set, since a signal does not outlive a restart', async () => {
    const { stdout } = await workertop('scale', String(story.project1.pid), '+1');
    expect(stdout).toContain('-w 3');
    expect((await workertop('scale', String(story.project1.pid), '3')).code).toBe(0);
    await story.project1.settled(3);
  });

  it('adds six, exactly', async () => {
    const { code } = await workertop('scale', String(story.project2.pid), '+6', '--yes');
    expect(code).toBe(0);
    await story.project2.settled(9);
    expect((await workertop('scale', String(story.project2.pid), '3')).code).toBe(0);
    await story.project2.settled(3);
  });

  it('sends nothing on --dry-run', async () => {
    const before = story.project1.workers();
    const { code, stdout } = await workertop('scale', String(story.project1.pid), '-1', '--dry-run');
    expect(code).toBe(0);
    expect(stdout).toMatch(/\S/);
    expect(story.project1.workers()).toEqual(before);
  });

  it('never goes below one worker', async () => {
    const before = story.project1.workers();
    for (const size of ['0', '-3']) {
      const { code, stdout, stderr } = await workertop('scale', String(story.project1.pid), size);
      expect(code).toBeGreaterThan(0);
      expect(stdout).toBe('');
      expect(stderr).toMatch(ONE_LINE);
    }
    expect(story.project1.workers()).toEqual(before);
  });

  it('acts on the master of the worker that is named', async () => {
    const before = story.project1.workers();
    const trimmed = await workertop('scale', String(before[0]), '-1');
    expect(trimmed).toMatchObject({ code: 0, stderr: '' });
    expect(story.project1.workers()).toHaveLength(before.length - 1);
    const added = await workertop('scale', String(story.project1.workers()[0]), '+1');
    expect(added).toMatchObject({ code: 0, stderr: '' });
    await story.project1.settled(before.length);
  });

  it.each(['worker', 'beat'] as const)('refuses celery %s, which a signal would freeze', async (name) => {
    const { pid } = story[name];
    for (const size of ['-1', '+1']) {
      const { code, stdout, stderr } = await workertop('scale', String(pid), size);
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toMatch(ONE_LINE);
      // The refusal quotes the command that would do it.
      expect(stderr).not.toContain(REDIS_PASSWORD);
      expect(kernel.state(pid)).toMatch(/[RS]/);
    }
  });

  it('scales a celery worker by its own command, when told that it may', async () => {
    const { pid } = story.worker;
    const before = kernel.children(pid);
    expect(before).toHaveLength(2);
    const shrunk = await workertop('scale', String(pid), '-1', '--yes');
    expect(shrunk).toMatchObject({ code: 0, stderr: '' });
    expect(shrunk.stdout).toContain('2 → 1');
    expect(kernel.children(pid)).toHaveLength(1);
    expect((await workertop('scale', String(pid), '2', '--yes')).code).toBe(0);
    expect(kernel.children(pid)).toHaveLength(2);
  });

  it('would have frozen celery with the signal that it refuses to send', async () => {
    process.kill(story.worker.pid, 'SIGTTOU');
    await eventually('celery is stopped', () => kernel.state(story.worker.pid) === 'T', 5);
    process.kill(story.worker.pid, 'SIGCONT');
    await eventually('celery goes on', () => /[RS]/.test(kernel.state(story.worker.pid) ?? ''), 5);
  });
});

describe('with --preload', () => {
  let home: Home;

  beforeAll(async () => {
    home = await openHome();
  });
  afterAll(() => home?.stop());

  it('tells what is freed, not what was shared', async () => {
    const gunicorn = await home.startGunicorn({
      project: 'project1',
      venv: 'django1_4',
      preload: true,
      ballastMb: 20,
    });
    await expectOneFewer(gunicorn, await nameOf(gunicorn));
  });
});

describe('a worker in the middle of a long request', () => {
  let home: Home;

  beforeAll(async () => {
    home = await openHome();
  });
  afterAll(() => home?.stop());

  it('finishes it first', async () => {
    const gunicorn = await home.startGunicorn({ project: 'patient', venv: 'django1_4', workers: 2 });
    const name = await nameOf(gunicorn);
    // Both are kept busy, so that whichever goes is.
    const answers = Promise.all([gunicorn.get('/sleep?s=2'), gunicorn.get('/sleep?s=2')]);
    const { code } = await workertop('scale', name, '-1');
    expect(code).toBe(0);
    expect(gunicorn.workers()).toHaveLength(1);
    expect((await answers).every((text) => /^\d+$/.test(text))).toBe(true);
  });
});
