import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Gunicorn, type Home, openHome } from '../helpers/story.ts';
import { type ListedProject, list, projectIn } from '../helpers/workertop.ts';

let home: Home;

beforeAll(async () => {
  home = await openHome();
});
afterAll(() => home?.stop());

const masters = (project: ListedProject) =>
  project.servers.flatMap(({ processes }) => processes.filter(({ role }) => role === 'master').map(({ pid }) => pid));

async function listed(...gunicorns: readonly Gunicorn[]): Promise<readonly ListedProject[]> {
  const listing = await list();
  return gunicorns.map(({ directory }) => projectIn(listing, directory));
}

it('the same code checked out twice is two projects with distinct names', async () => {
  const options = { project: 'shop', venv: 'django1_4', workers: 1 } as const;
  const live = await home.startGunicorn({ ...options, folder: 'live' });
  const staging = await home.startGunicorn({ ...options, folder: 'staging' });

  const [first, second] = await listed(live, staging);
  expect(first && masters(first)).toEqual([live.pid]);
  expect(second && masters(second)).toEqual([staging.pid]);
  expect(first?.id).not.toBe(second?.id);
  expect(first?.name).not.toBe(second?.name);
  expect(first?.name).toContain('shop');
  expect(second?.name).toContain('shop');
});

it('two projects in one virtualenv stay two', async () => {
  const options = { venv: 'django1_5', workers: 1 } as const;
  const blog = await home.startGunicorn({ ...options, project: 'blog' });
  const wiki = await home.startGunicorn({ ...options, project: 'wiki' });

  const [first, second] = await listed(blog, wiki);
  expect(first && masters(first)).toEqual([blog.pid]);
  expect(second && masters(second)).toEqual([wiki.pid]);
  expect(first?.virtualenv?.path).toBe(home.venv('django1_5'));
  expect(second?.virtualenv?.path).toBe(home.venv('django1_5'));
});

it('a virtualenv that nobody activated is known by its programs', async () => {
  const gunicorn = await home.startGunicorn({ project: 'plain', venv: 'django1_4', workers: 1 });
  const [plain] = await listed(gunicorn);
  expect(plain?.virtualenv).toEqual({ name: 'django1_4', path: home.venv('django1_4'), evidence: 'argv' });
});
