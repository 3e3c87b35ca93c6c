import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { openDashboard, select } from '../helpers/dashboard.ts';
import { eventually } from '../helpers/eventually.ts';
import { type Gunicorn, type Home, openHome } from '../helpers/story.ts';
import { list, projectIn } from '../helpers/workertop.ts';

const WORKERS = 2;

let home: Home;
let gunicorn: Gunicorn;
let socket: string;
let clients: readonly Socket[] = [];

beforeAll(async () => {
  home = await openHome();
  socket = join(home.path, 'shop.sock');
  gunicorn = await home.startGunicorn({ project: 'shop', venv: 'django1_4', workers: WORKERS, socket });
});
afterEach(() => {
  for (const client of clients) client.destroy();
  clients = [];
});
afterAll(() => home?.stop());

/** As many clients as there are workers, for which these sleep for two seconds, and so many more. */
function ask(waiting: number, where: { readonly port: number } | { readonly path: string }): void {
  clients = Array.from({ length: WORKERS + waiting }, () => {
    const client = connect(where).on('error', () => {});
    client.write('GET /sleep?s=2 HTTP/1.0\r\nHost: shop\r\n\r\n');
    return client;
  });
}

/** What wait to be accepted, by the kernel's own table of its port: rx_queue of its listener. */
function rxQueue(port: number): number {
  const listener = new RegExp(`: 0100007F:${port.toString(16).toUpperCase()} 00000000:0000 0A \\w+:(\\w+) `);
  return Number.parseInt(listener.exec(readFileSync('/proc/net/tcp', 'utf8'))?.[1] ?? '', 16);
}

const ofMaster = (queue: number) => new RegExp(`master ${gunicorn.pid}.* ${queue}$`);

const queueOf = async () => projectIn(await list(), gunicorn.directory).servers[0]?.queue;

it('counts the clients that wait while all workers sleep in a view', async () => {
  expect(await queueOf()).toBe(0);
  const pty = await openDashboard(['--filter', String(gunicorn.pid), '--delay', '0.5'], { cols: 80, rows: 24 });
  await select(pty, ofMaster(0));
  ask(7, { port: gunicorn.port });
  await eventually('seven to wait', () => rxQueue(gunicorn.port) === 7);
  expect(await queueOf()).toBe(7);
  expect(rxQueue(gunicorn.port)).toBe(7);

  await pty.waitFor(ofMaster(7));
  await pty.waitFor(/2 workers.* 7 waiting/);
  pty.press('enter');
  await pty.waitFor(/connections +2 open, \d waiting to be accepted/);
  pty.press('escape');
  // Two at a time are served.
  await pty.waitFor(ofMaster(0));
  expect(rxQueue(gunicorn.port)).toBe(0);
  await pty.close();
});

it('counts those that wait at a unix socket', async () => {
  await eventually('an empty queue', async () => (await queueOf()) === 0);
  ask(4, { path: socket });
  await eventually('four to wait', async () => (await queueOf()) === 4, 2);
});
