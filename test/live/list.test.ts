import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../helpers/eventually.ts';
import * as kernel from '../helpers/kernel.ts';
import { REDIS_PASSWORD, type Story, startStory, type VenvName } from '../helpers/story.ts';
import { type ListedServer, type Listing, list, projectIn, workertop } from '../helpers/workertop.ts';

let story: Story;
let listing: Listing;

beforeAll(async () => {
  story = await startStory();
  listing = await list();
});
afterAll(() => story?.stop());

const pidsOf = (server: ListedServer | undefined, role: string) =>
  (server?.processes ?? [])
    .filter((process) => process.role === role)
    .map((process) => process.pid)
    .sort((a, b) => a - b);

const serverOf = (directory: string, kind: string) =>
  projectIn(listing, directory).servers.find((server) => server.kind === kind);

/** What the package in the virtualenv says of itself. */
function versionOf(venv: VenvName, module: string): string {
  const code = `import ${module}; print(${module}.__version__)`;
  return execFileSync(`${story.venv(venv)}/bin/python`, ['-c', code], { encoding: 'utf8' }).trim();
}

describe('two Django projects under gunicorn', () => {
  it.each(['project1', 'project2'] as const)('%s has its master and its three workers', (name) => {
    const gunicorn = story[name];
    const server = serverOf(gunicorn.directory, 'gunicorn');
    expect(pidsOf(server, 'master')).toEqual([gunicorn.pid]);
    expect(pidsOf(server, 'worker')).toEqual(gunicorn.workers());
    expect(server?.workers.current).toBe(3);
    expect(server).toMatchObject({ app: `${name}.wsgi`, scaling: { method: 'signal', available: true } });
    // Longer where another project of that name runs.
    expect(projectIn(listing, gunicorn.directory).name).toMatch(new RegExp(`(?:^|/)${name}$`));
  });

  it('names each virtualenv, and what says so', () => {
    expect(projectIn(listing, story.project1.directory).virtualenv).toEqual({
      name: 'django1_4',
      path: story.venv('django1_4'),
      evidence: 'environ',
    });
    // setproctitle has wiped argv and environ.
    expect(projectIn(listing, story.project2.directory).virtualenv).toEqual({
      name: 'django1_5',
      path: story.venv('django1_5'),
      evidence: 'maps',
    });
  });

  it('tells the address and the number from the command line, where it is still there', () => {
    expect(serverOf(story.project1.directory, 'gunicorn')).toMatchObject({
      bind: [`127.0.0.1:${story.project1.port}`],
      workers: { configured: 3, configuredBy: 'argv -w' },
    });
    expect(serverOf(story.project2.directory, 'gunicorn')?.workers).toMatchObject({ configured: null });
  });

  it('tells the version that is installed in the virtualenv', () => {
    expect(serverOf(story.project1.directory, 'gunicorn')?.version).toBe(versionOf('django1_4', 'gunicorn'));
    expect(serverOf(story.project2.directory, 'gunicorn')?.version).toBe(versionOf('django1_5', 'gunicorn'));
  });
});

describe('celery of the second project', () => {
  it('is part of the project, worker and beat', () => {
    const worker = serverOf(story.project2.directory, 'celery');
    expect(pidsOf(worker, 'master')).toEqual([story.worker.pid]);
    expect(pidsOf(worker, 'worker')).toEqual(kernel.children(story.worker.pid));
    const beat = serverOf(story.project2.directory, 'celery-beat');
    expect(pidsOf(beat, 'scheduler')).toEqual([story.beat.pid]);
  });

  it('cannot be scaled by signals: the worker by its own command, the beat not at all', () => {
    const scalingOf = (kind: string) => serverOf(story.project2.directory, kind)?.scaling;
    expect(scalingOf('celery')).toMatchObject({ method: 'command', available: true });
    expect(scalingOf('celery-beat')).toMatchObject({ method: 'none', available: false });
    expect(scalingOf('celery-beat')?.reason).toMatch(/\S/);
  });
});

it('list shows no password, as a table or as JSON', async () => {
  // Without a password to be seen, the test would prove nothing.
  expect(kernel.commandLine(story.worker.pid)).toContain(REDIS_PASSWORD);
  for (const args of [['list'], ['list', '--json'], []]) {
    const { code, stdout, stderr } = await workertop(...args);
    expect(code).toBe(0);
    expect(stdout).toContain('project2');
    expect(stdout + stderr).not.toContain(REDIS_PASSWORD);
  }
  const worker = serverOf(story.project2.directory, 'celery')?.processes.find(({ role }) => role === 'master');
  expect(worker?.command).toContain('redis://:***@');
});

describe('memory', () => {
  it('of each process is what the kernel says', () => {
    for (const { directory } of [story.project1, story.project2]) {
      for (const process of projectIn(listing, directory).servers.flatMap(({ processes }) => processes)) {
        const { pss = Number.NaN, uss = Number.NaN } = kernel.memory(process.pid) ?? {};
        expect(process.memory.exact).toBe(true);
        // They idle; what moves is how many share Python's own pages.
        expect(Math.abs((process.memory.uss ?? 0) - uss) / uss).toBeLessThan(0.02);
        expect(Math.abs((process.memory.pss ?? 0) - pss) / pss).toBeLessThan(0.05);
      }
    }
  });

  it('adds up to the PSS of all processes', async () => {
    const sum = (figures: Iterable<number>) => [...figures].reduce((total, figure) => total + figure, 0);
    // workertop counts itself too, which the kernel's sums before and after know nothing of.
    const OWN = 120 * 1024 * 1024;
    // Elsewhere on the machine processes come and go: only a quiet moment tells something.
    const { before, after, listed } = await eventually('a quiet moment', async () => {
      const before = sum(kernel.allPss().values());
      const { projects, system } = await list();
      const after = sum(kernel.allPss().values());
      const listed = sum([...projects, system].map(({ memory }) => memory.pss ?? 0));
      return Math.abs(after - before) < 0.01 * before && { before, after, listed };
    });
    expect(listed).toBeGreaterThan(Math.min(before, after) * 0.99);
    expect(listed).toBeLessThan(Math.max(before, after) * 1.01 + OWN);
  });
});
