import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { eventually } from '../helpers/eventually.ts';
import { requireServer } from '../helpers/requirements.ts';
import { type Gunicorn, type Home, openHome } from '../helpers/story.ts';
import { list, projectIn, workertop } from '../helpers/workertop.ts';

let home: Home;
let stop = new AbortController();
let clients: Promise<void>[] = [];

beforeAll(async () => {
  requireServer('iproute2');
  home = await openHome();
});
afterEach(async () => {
  stop.abort();
  await Promise.all(clients);
  stop = new AbortController();
  clients = [];
});
afterAll(() => home?.stop());

/** As many clients, each of which asks, waits for the answer, thinks for so many seconds, and asks again. */
function ask({ port }: Gunicorn, path: string, count: number, thinks: number): void {
  const one = () =>
    new Promise<void>((resolve) => {
      const asked = request({ host: '127.0.0.1', port, path, agent: false, signal: stop.signal }, (answer) => {
        answer
          .on('error', () => {})
          .resume()
          .on('close', resolve);
      });
      asked.on('error', () => resolve()).end();
    });
  const client = async () => {
    while (!stop.signal.aborted) {
      await one();
      await sleep(thinks * 1000, undefined, { signal: stop.signal }).catch(() => {});
    }
  };
  clients = Array.from({ length: count }, client);
}

const activityOf = async ({ directory }: Gunicorn) => projectIn(await list(), directory).servers[0];

it('workers that wait for 900 ms of each second are in use, and none fewer is advised', async () => {
  const slow = await home.startGunicorn({ project: 'slow', venv: 'django1_4', workers: 3 });
  ask(slow, '/sleep?s=0.9', 3, 0.1);
  await eventually('all in use', async () => ((await activityOf(slow))?.activity?.inUse ?? 0) > 2, 30);
  const { code, stdout } = await workertop('advise', String(slow.pid), '--for', '15s', '--json');
  expect(code).toBe(0);
  const [told] = JSON.parse(stdout).servers;
  const now = told.choices.find(({ isNow }: { readonly isNow: boolean }) => isNow);
  // About 90 readings of workers in use for 0.9 of the time: fewer than 0.75 would be chance once in 100,000 runs.
  expect(now.seen.inUse / 3).toBeGreaterThan(0.75);
  expect(told.recommendation.kind).not.toBe('fewer');
  expect(told.uses[0].type).toBe('sleep');
});

it('workers that nobody asks anything are idle', async () => {
  const quiet = await home.startGunicorn({ project: 'quiet', venv: 'django1_5', workers: 2 });
  // Its title hides its command line, and with it what its workers are: select(2) tells that they serve one request at a time.
  const activity = await eventually(
    'workers that have loaded the app, and wait',
    async () => {
      const found = (await activityOf(quiet))?.activity;
      return found?.inUse === 0 ? found : null;
    },
    30,
  );
  expect(activity).toMatchObject({ basis: 'syscall', unit: 'worker', total: 2 });
});

it('requests that wait inside a server with threads are counted', async () => {
  const threaded = await home.startGunicorn({ project: 'threaded', venv: 'django1_4', workers: 1, threads: 2 });
  ask(threaded, '/sleep?s=1.5', 30, 0);
  const server = await eventually(
    'a count of those that wait',
    async () => {
      const found = await activityOf(threaded);
      return (found?.queue ?? 0) >= 20 ? found : null;
    },
    30,
  );
  expect(server.activity).toMatchObject({ unit: 'thread', total: 2, inUse: 2 });
  expect(server.queue).toBeGreaterThanOrEqual(24);
  expect(server.queue).toBeLessThanOrEqual(28);
});
