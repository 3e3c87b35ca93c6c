import { chownSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { factRequests } from '../../src/servers/registry.ts';
import type { Inspected } from '../../src/source/proc/inspect.ts';
import { StatusClient } from '../../src/source/proc/status/status-client.ts';
import { facts } from '../helpers/samples.ts';

const PID = 4711;
const uid = process.getuid?.() ?? 0;

/** The master as it is when it is looked at again. */
type Again = (same: Inspected) => Inspected | null;

function asClient(again: Again = (same) => same): StatusClient {
  const { comm, argv, caught, ignored, blocked } = facts({});
  const found = { pid: PID, startTicks: 1, ppid: 1, state: 'S' as const, comm, argv, caught, ignored, blocked };
  return new StatusClient(() => again({ ...found, uid, ids: 'one', held: false }));
}

let folder: string;
let server: Server | null = null;
/** What was asked, in turn. */
let asked: unknown[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'workertop-ask-'));
  asked = [];
});
afterEach(async () => {
  server?.close();
  server = null;
  await rm(folder, { recursive: true, force: true });
});

function frame(message: unknown, length?: number): Buffer {
  const body = Buffer.from(typeof message === 'string' ? message : JSON.stringify(message));
  const head = Buffer.alloc(4);
  head.writeUInt32BE(length ?? body.length);
  return Buffer.concat([head, body]);
}

/** Listens at a path, as the far side of the protocol does by what is known of it: it was not made by gunicorn itself. */
async function listen(talk: (socket: Socket, request: { id: number; command: string }) => void): Promise<string> {
  const path = join(folder, 'gunicorn.ctl');
  server = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', (bytes) => {
      const request = JSON.parse(bytes.toString('utf8', 4)) as { id: number; command: string };
      asked.push(request.command);
      expect(bytes.readUInt32BE()).toBe(bytes.length - 4);
      talk(socket, request);
    });
  });
  await new Promise<void>((resolve) => server?.listen(path, resolve));
  return path;
}

/** What a gunicorn master whose title hides its command line is found to say. */
async function ask(path: string, asker = asClient(), now = 100) {
  const master = facts({ argv: ['gunicorn: master [shop]'], uid });
  const statusProbe = factRequests.statusProbe(master);
  if (statusProbe === null) throw new Error('gunicorn is not asked');
  const listeners = [{ address: `unix:${path}`, inode: 1, queue: null }];
  const began = performance.now();
  await asker.ask({ pid: PID, startTicks: 1, key: 'master', facts: master, listeners }, statusProbe, now, true);
  return { selfReport: asker.selfReport('master'), milliseconds: performance.now() - began };
}

const answers: Readonly<Record<string, unknown>> = {
  'show stats': { pid: PID, workers_current: 2, workers_target: 2 },
  'show config': { workers: 3, bind: ['127.0.0.1:8000'] },
};

describe("gunicorn's control socket", () => {
  it('tells the configured number of workers', async () => {
    const path = await listen((socket, { id, command }) =>
      socket.write(frame({ id, status: 'ok', data: answers[command] })),
    );
    expect((await ask(path)).selfReport).toEqual({ asOf: 10_000, workers: null, configured: 3 });
    expect(asked).toEqual(['show stats', 'show config']);
  });

  it('may answer in pieces', async () => {
    const path = await listen((socket, { id, command }) => {
      const bytes = frame({ id, status: 'ok', data: answers[command] });
      socket.setNoDelay(true).write(bytes.subarray(0, 3));
      setTimeout(() => socket.write(bytes.subarray(3)), 10);
    });
    expect((await ask(path)).selfReport?.configured).toBe(3);
  });

  it('is asked nothing more when it is that of another master', async () => {
    const path = await listen((socket, { id }) => socket.write(frame({ id, status: 'ok', data: { pid: PID + 1 } })));
    expect((await ask(path)).selfReport).toBeUndefined();
    expect(asked).toEqual(['show stats']);
  });

  const pid = { pid: PID };
  it.each<[string, (socket: Socket, id: number) => void]>([
    ['garbage', (socket) => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n')],
    ['a length of 4 GB', (socket) => socket.write(frame('{}', 0xffffffff))],
    ['JSON that is none', (socket) => socket.write(frame('{"id":1,'))],
    ['an error', (socket, id) => socket.write(frame({ id, status: 'error', error: 'no' }))],
    ['an answer to something else', (socket, id) => socket.write(frame({ id: id + 7, status: 'ok', data: pid }))],
    ['half an answer, and closes', (socket) => socket.end(frame({ id: 1, status: 'ok' }).subarray(0, 9))],
    ['numbers that are none', (socket, id) => socket.write(frame({ id, status: 'ok', data: { ...pid, workers: -1 } }))],
    ['null', (socket) => socket.write(frame(null))],
    ['at once, and closes', (socket) => socket.destroy()],
  ])('is not trusted: %s', async (_, talk) => {
    const path = await listen((socket, { id }) => talk(socket, id));
    expect((await ask(path)).selfReport).toBeUndefined();
  });

  it('that falls silent has told what it told for a while, and nothing once it is that of another', async () => {
    let says: unknown = { pid: PID };
    const path = await listen((socket, { id, command }) => {
      if (says !== null)
        socket.write(frame({ id, status: 'ok', data: command === 'show stats' ? says : answers[command] }));
    });
    const asker = asClient();
    expect((await ask(path, asker)).selfReport?.configured).toBe(3);
    says = null;
    expect((await ask(path, asker)).selfReport?.configured).toBe(3);
    expect((await ask(path, asker, 170)).selfReport).toBeUndefined();
    says = { pid: PID };
    expect((await ask(path, asker, 171)).selfReport?.configured).toBe(3);
    says = { pid: PID + 1 };
    expect((await ask(path, asker, 172)).selfReport).toBeUndefined();
  });

  it('that is silent is given up, and asked again later only', async () => {
    const path = await listen(() => {});
    const asker = asClient();
    const { selfReport, milliseconds } = await ask(path, asker);
    expect(selfReport).toBeUndefined();
    expect(milliseconds).toBeGreaterThan(150);
    expect(milliseconds).toBeLessThan(2000);
    const master = facts({ argv: ['gunicorn: master [shop]'], uid });
    const statusProbe = factRequests.statusProbe(master);
    const listeners = [{ address: `unix:${path}`, inode: 1, queue: null }];
    if (statusProbe)
      await asker.ask({ pid: PID, startTicks: 1, key: 'master', facts: master, listeners }, statusProbe, 110, false);
    expect(asked).toEqual(['show stats']);
  });

  it.runIf(uid === 0)('of another user is left alone', async () => {
    const path = await listen((socket, { id, command }) =>
      socket.write(frame({ id, status: 'ok', data: answers[command] })),
    );
    chownSync(path, 65534, 65534);
    expect((await ask(path)).selfReport).toBeUndefined();
    expect(asked).toEqual([]);
  });

  it.each<[string, Again]>([
    ['of mixed ids', (same) => ({ ...same, ids: 'mixed' })],
    ['whose ids cannot be read', ({ ids: _, ...same }) => same],
    ['that belongs to another user by now', (same) => ({ ...same, uid: uid + 1 })],
    ['that is another process by now', (same) => ({ ...same, startTicks: 2 })],
    ['that has ended', () => null],
  ])('is not opened for a master %s', async (_, again) => {
    const path = await listen((socket, { id, command }) =>
      socket.write(frame({ id, status: 'ok', data: answers[command] })),
    );
    expect((await ask(path, asClient(again))).selfReport).toBeUndefined();
    expect(asked).toEqual([]);
  });

  it('that is not there is no error', async () => {
    expect((await ask(join(folder, 'none.ctl'))).selfReport).toBeUndefined();
  });
});

describe('uWSGI by its stats', () => {
  async function askUwsgi(stats: string) {
    const asker = asClient();
    const master = facts({ argv: ['uwsgi', '--master', '--stats', stats], uid });
    const statusProbe = factRequests.statusProbe(master);
    if (statusProbe === null) throw new Error('uWSGI is not asked');
    const began = performance.now();
    await asker.ask({ pid: PID, startTicks: 1, key: 'master', facts: master, listeners: [] }, statusProbe, 100, true);
    return { selfReport: asker.selfReport('master'), milliseconds: performance.now() - began };
  }

  it('has the workers that run, and not the cheap ones', async () => {
    const workers = [
      { pid: 11, status: 'idle' },
      { pid: 12, status: 'busy' },
      { pid: 13, status: 'cheap' },
      { pid: 0, status: 'cheap' },
      'odd',
    ];
    const path = join(folder, 'stats');
    server = createServer((socket) => socket.end(JSON.stringify({ pid: PID, workers })));
    await new Promise<void>((resolve) => server?.listen(path, resolve));
    const running = [
      { pid: 11, state: 'idle' },
      { pid: 12, state: 'busy' },
    ];
    expect((await askUwsgi(path)).selfReport).toEqual({ asOf: 10_000, workers: running, configured: null });
  });

  it.each(['192.0.2.1:1717', 'stats.example.org:1717', '127.0.0.1:0', '127.0.0.1:99999'])(
    'is not looked for at %s',
    async (address) => {
      const { selfReport, milliseconds } = await askUwsgi(address);
      expect(selfReport).toBeUndefined();
      expect(milliseconds).toBeLessThan(150);
    },
  );

  it('that never stops talking is given up', async () => {
    const path = join(folder, 'stats');
    server = createServer((socket) => {
      socket.on('error', () => {});
      const talk = () => {
        while (!socket.destroyed && socket.write(Buffer.alloc(65536, ' ')));
      };
      socket.on('drain', talk);
      talk();
    });
    await new Promise<void>((resolve) => server?.listen(path, resolve));
    const { selfReport, milliseconds } = await askUwsgi(path);
    expect(selfReport).toBeUndefined();
    expect(milliseconds).toBeLessThan(2000);
  });
});
