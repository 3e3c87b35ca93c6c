import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { openDashboard } from '../helpers/dashboard.ts';
import { eventually } from '../helpers/eventually.ts';
import { type Gunicorn, type Home, openHome } from '../helpers/story.ts';
import { workertopCommand } from '../helpers/workertop.ts';

let home: Home;
let gunicorn: Gunicorn;
let tunes: ChildProcess[] = [];
let stop = new AbortController();
let clients: Promise<void>[] = [];
let failed = 0;

beforeAll(async () => {
  home = await openHome();
  gunicorn = await home.startGunicorn({ project: 'shop', venv: 'django1_4', workers: 3 });
});
afterEach(async () => {
  stop.abort();
  await Promise.all(clients);
  stop = new AbortController();
  clients = [];
  for (const tune of tunes) tune.kill('SIGKILL');
  tunes = [];
});
afterAll(() => home?.stop());

/** So many clients more, each of which asks again as soon as it has its answer, or after so many seconds. */
function ask(count: number, seconds: number, thinks: number): void {
  const one = () =>
    new Promise<void>((resolve) => {
      const asked = request({ host: '127.0.0.1', port: gunicorn.port, path: `/sleep?s=${seconds}`, agent: false });
      asked
        .on('response', (answer) => {
          if (answer.statusCode !== 200) failed += 1;
          answer.resume().on('close', resolve);
        })
        .on('error', () => {
          failed += 1;
          resolve();
        })
        .end();
    });
  const client = async () => {
    while (!stop.signal.aborted) {
      await one();
      await sleep(thinks * 1000);
    }
  };
  clients.push(...Array.from({ length: count }, client));
}

interface Tune {
  readonly process: ChildProcess;
  said(): string;
  ended(): Promise<number | null>;
}

function tune(watch = '24s'): Tune {
  const [node, cli] = workertopCommand();
  const args = [cli, 'tune', String(gunicorn.pid), '--watch', watch, '--wait', '50%'];
  const env = { ...process.env, XDG_STATE_HOME: join(home.path, 'state') };
  const child = spawn(node, args, { stdio: ['ignore', 'pipe', 'pipe'], env });
  tunes.push(child);
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (some: string) => {
      text += some;
    });
  }
  const end = once(child, 'close');
  return { process: child, said: () => text, ended: async () => (await end)[0] };
}

it('a tune puts the worker back at once when requests wait more than expected, and loses none', async () => {
  failed = 0;
  ask(1, 0.3, 0.3);
  const run = tune();
  await eventually('a trim', () => run.said().includes('Trimming 3 → 2') && gunicorn.workers().length === 2, 100);
  const began = performance.now();
  ask(8, 0.4, 0);
  await eventually('the worker back', () => gunicorn.workers().length === 3, 40);
  expect((performance.now() - began) / 1000).toBeLessThan(30);
  expect(await run.ended()).toBe(0);
  expect(run.said()).toMatch(/put back after \d+ s: requests waited in \d+ of \d+ readings/);
  expect(failed).toBe(0);
});

it('what a killed tune has trimmed is put back by the next', async () => {
  ask(1, 0.3, 0.3);
  const run = tune('6s');
  await eventually('a trim', () => run.said().includes('Trimming 3 → 2') && gunicorn.workers().length === 2, 100);
  run.process.kill('SIGKILL');
  await run.ended();
  expect(gunicorn.workers()).toHaveLength(2);
  const next = tune();
  await eventually('the worker back', () => gunicorn.workers().length === 3, 40);
  expect(next.said()).toMatch(/left \S*shop with 2 of 3 workers/);
  next.process.kill('SIGINT');
  expect(await next.ended()).toBe(130);
  expect(gunicorn.workers()).toHaveLength(3);
});

it('Ctrl-C in a tune puts back what was not yet found good', async () => {
  ask(1, 0.3, 0.3);
  const run = tune('6s');
  await eventually('a trim', () => run.said().includes('Trimming 3 → 2') && gunicorn.workers().length === 2, 100);
  run.process.kill('SIGINT');
  await run.ended();
  expect(gunicorn.workers()).toHaveLength(3);
});

it('a tune by T in the dashboard trims, and q puts back before it ends', async () => {
  ask(1, 0.3, 0.3);
  const config = join(home.path, 'tune.toml');
  writeFileSync(config, 'tune-watch = "6s"\ntune-wait = "50%"\n');
  const env = { XDG_STATE_HOME: join(home.path, 'state-of-dashboard') };
  const pty = await openDashboard(['--config', config, '--filter', home.path], { env });
  try {
    await pty.waitFor(/worker \d+ .* (idle|CPU|waits|client) /);
    pty.press('T');
    await pty.waitFor(/Tune \S*shop, gunicorn \d+, from 3 workers down/);
    pty.press('y');
    await pty.waitFor('Trimming 3 → 2 workers', 60);
    await eventually('a trim', () => gunicorn.workers().length === 2, 30);
    pty.press('T', 'q');
    expect((await pty.exit).code).toBe(0);
    expect(gunicorn.workers()).toHaveLength(3);
  } finally {
    await pty.close();
  }
});

it('a tune without load sends nothing', async () => {
  const [node, cli] = workertopCommand();
  const child = spawn(node, [cli, 'tune', String(gunicorn.pid), '--watch', '3s'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  child.stderr.setEncoding('utf8').on('data', (some: string) => {
    text += some;
  });
  const [code] = await once(child, 'close');
  expect(code).toBe(1);
  expect(text).toMatch(/No load was seen in \d+ s \(0\.00 of 3 in use\): nothing was sent\./);
  expect(gunicorn.workers()).toHaveLength(3);
});
