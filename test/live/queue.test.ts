import { readFileSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
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

/** As many clients as there are workers, for which these sleep for so many seconds, and so many more. */
function ask(waiting: number, where: { readonly port: number } | { readonly path: string }, seconds = 2): void {
  clients = Array.from({ length: WORKERS + waiting }, () => {
    const client = connect(where).on('error', () => {});
    client.write(`GET /sleep?s=${seconds} HTTP/1.0\r\nHost: shop\r\n\r\n`);
    return client;
  });
}

/** What wait to be accepted, by the kernel's own table of its port: rx_queue of its listener. */
function rxQueue(port: number): number {
  const listener = new RegExp(`: 0100007F:${port.toString(16).toUpperCase()} 00000000:0000 0A \\w+:(\\w+) `);
  return Number.parseInt(listener.exec(readFileSync('/proc/net/tcp', 'utf8'))?.[1] ?? '', 16);
}

/** The row of the project, whose only server it is, with its queue. */
const withQueue = (queue: number) => new RegExp(`gunicorn .* ${queue}(?: |$)`);

const master = () => new RegExp(`master ${gunicorn.pid}`);

const queueOf = async () => projectIn(await list(), gunicorn.directory).servers[0]?.queue;

it('the queue counts the clients that wait while all workers sleep in a view', async () => {
  expect(await queueOf()).toBe(0);
  const pty = await openDashboard(['--filter', String(gunicorn.pid), '--delay', '0.5'], { cols: 100, rows: 50 });
  await pty.waitFor(withQueue(0));
  await select(pty, master());
  ask(7, { port: gunicorn.port });
  await eventually('seven to wait', () => rxQueue(gunicorn.port) === 7);
  expect(await queueOf()).toBe(7);
  expect(rxQueue(gunicorn.port)).toBe(7);

  await pty.waitFor(withQueue(7));
  await pty.waitFor(/2 workers.* 7 waiting/);
  pty.press('enter', '3');
  await pty.waitFor(/connections +2 open, \d waiting to be accepted/);
  pty.press('escape');
  // Two at a time are served.
  await pty.waitFor(withQueue(0));
  expect(rxQueue(gunicorn.port)).toBe(0);
  await pty.close();
});

it('the queue counts the clients that wait at a unix socket', async () => {
  await eventually('an empty queue', async () => (await queueOf()) === 0);
  ask(4, { path: socket });
  await eventually('four to wait', async () => (await queueOf()) === 4, 2);
});

describe('on a machine with thousands of sockets', () => {
  const closing: Server[] = [];
  const held: Socket[] = [];

  afterAll(() => {
    for (const socket of held) socket.destroy();
    for (const server of closing) server.close();
  });

  const listening = (server: Server, where: string | number) =>
    new Promise<void>((done) => {
      closing.push(server);
      server.listen(where, done);
    });

  it('counts all open connections', async () => {
    const other = createServer((socket) => held.push(socket));
    await listening(other, 0);
    const address = other.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    for (let count = 0; count < 400; count++) held.push(connect(address.port));
    await eventually(
      'the connections',
      () => readFileSync('/proc/net/tcp').length + readFileSync('/proc/net/tcp6').length > 100_000,
    );
    await eventually('an empty queue', async () => (await queueOf()) === 0);
    const pty = await openDashboard(['--filter', String(gunicorn.pid), '--delay', '0.5'], { cols: 100, rows: 50 });
    await pty.waitFor(withQueue(0));
    await select(pty, master());
    ask(3, { port: gunicorn.port }, 4);
    pty.press('enter', '3');
    await pty.waitFor(/connections +2 open, 3 waiting to be accepted/);
    await pty.close();
  });

  it('counts all that wait at a unix socket', async () => {
    await Promise.all(
      Array.from({ length: 1500 }, (_, index) => listening(createServer(), join(home.path, `one-of-many-${index}`))),
    );
    expect(readFileSync('/proc/net/unix').length).toBeGreaterThan(64 * 1024);
    await eventually('an empty queue', async () => (await queueOf()) === 0);
    ask(14, { path: socket }, 8);
    await eventually('fourteen to wait', async () => (await queueOf()) === 14, 7);
  });
});
