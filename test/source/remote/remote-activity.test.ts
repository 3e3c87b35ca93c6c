import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ActivityRule } from '../../../src/probes.ts';
import type { Doing, Listener } from '../../../src/snapshot.ts';
import { ActivityReader } from '../../../src/source/proc/activity/activity-reader.ts';
import { RemoteActivity } from '../../../src/source/remote/remote-activity.ts';
import { functions } from '../../../src/source/remote/script.ts';
import type { ActivityRequest } from '../../../src/source/source.ts';
import { viewOf } from '../../helpers/files.ts';
import { makeFolder } from '../../helpers/folder.ts';

const nonce = 'n'.repeat(32);
const PLACE = '0x7ffd56f87f90 0x7faad6829954';
const listeners: readonly Listener[] = [{ address: '127.0.0.1:8000', inode: 7001, queue: 0 }];

let root: string;

beforeEach(() => {
  root = makeFolder('remote-activity');
});
afterEach(() => rmSync(root, { recursive: true }));

function write(path: string, text: string | Buffer): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

function link(path: string, to: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  symlinkSync(to, join(root, path));
}

function call(number: number, ...args: readonly number[]): string {
  const words = Array.from({ length: 6 }, (_, index) => `0x${(args[index] ?? 0).toString(16)}`);
  return `${number} ${words.join(' ')} ${PLACE}\n`;
}

/** A line whose requests a shell answers in the tree. */
const there = {
  nonce,
  look: async (words: string) =>
    execFileSync('sh', ['-c', `W=${nonce}\n${functions}\np ${words}`], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'ignore'],
    }),
};

const threads: ActivityRule = {
  by: 'threads',
  pool: (name, isMain) => !isMain && name.startsWith('pool'),
  size: null,
  acceptsEarly: false,
  idleIn: 'place',
  isMixed: false,
};

/** What workers do, as it is read here and by way of perl. */
async function both(rules: Readonly<Record<number, ActivityRule>>, readings = 1) {
  const requests = new Map<number, ActivityRequest>(
    Object.entries(rules).map(([pid, rule]) => [Number(pid), { rule, listeners, master: 10 }]),
  );
  const find = (pid: number) => ({ pid, key: `${pid}:1`, state: 'S' as const, threads: 3 });
  const asked = RemoteActivity.of(there, root, 'x86_64');
  if (asked === null) throw new Error('unknown architecture');
  const here = new ActivityReader(root, 'x64', (path) => viewOf('/').epollTargets(path));
  const far = new ActivityReader(root, asked.architecture, (path) => asked.epollTargets(path), asked);
  const doing = (reader: ActivityReader, now: number): Readonly<Record<number, readonly Doing[]>> =>
    Object.fromEntries([...reader.read(requests, find, now)].map(([pid, { doing: all }]) => [pid, all]));
  for (let reading = 1; ; reading++) {
    await asked.ask(requests);
    const found = { here: doing(here, 1000 + reading), there: doing(far, 1000 + reading) };
    if (reading === readings) {
      here.close();
      return found;
    }
  }
}

it('workers of another machine do what is read of them on it', async () => {
  write('20/syscall', call(288, 5));
  write('21/syscall', 'running\n');
  link('22/fd/5', 'socket:[7001]');
  write('22/mem', Buffer.concat([Buffer.alloc(64), Buffer.from([0b0110_0000])]));
  write('22/syscall', call(23, 7, 64));
  link('23/fd/4', 'pipe:[33]');
  link('23/fd/5', 'socket:[7001]');
  const polled = Buffer.alloc(16);
  polled.writeInt32LE(4, 0);
  polled.writeInt32LE(5, 8);
  write('23/mem', Buffer.concat([Buffer.alloc(64), polled]));
  write('23/syscall', call(7, 64, 2));
  link('24/fd/5', 'socket:[7001]');
  write('24/fdinfo/6', 'pos:\t0\ntfd:        9 events:       19\ntfd:        5 events:       19\n');
  write('24/syscall', call(232, 6));
  link('25/fd/3', '/srv/a b\nc');
  write('25/syscall', call(0, 3));
  write('26/syscall', call(23, 7, 4096));
  write('26/mem', '');
  const byProcess = { by: 'process' } as const;
  const found = await both(Object.fromEntries([20, 21, 22, 23, 24, 25, 26, 27].map((pid) => [pid, byProcess])));
  expect(found.here).toMatchObject({ 20: ['idle'], 21: ['cpu'], 22: ['idle'], 23: ['idle'], 24: ['idle'] });
  expect(found.there).toEqual(found.here);
});

it('so do threads of a pool, and workers that wait for a task', async () => {
  link('10/fd/7', 'pipe:[44]');
  link('30/fd/8', 'pipe:[44]');
  write('30/syscall', call(0, 8));
  write('31/task/31/comm', 'puma\n');
  write('31/task/31/syscall', call(7, 0, 0));
  write('31/task/32/comm', 'pool 1\n');
  write('31/task/32/syscall', call(202, 16, 0x189));
  write('31/task/33/comm', 'pool\n2\n');
  write('31/task/33/syscall', 'running\n');
  const found = await both({ 30: { by: 'tasks' }, 31: threads });
  expect(found.here).toMatchObject({ 30: ['idle'] });
  expect(found.here[31]).toContain('cpu');
  expect(found.there).toEqual(found.here);
});

it('the other end of a connection is told one reading later', async () => {
  link('40/fd/9', 'socket:[8001]');
  link('40/ns/net', 'net:[4026531840]');
  write(
    '40/net/tcp',
    '  sl  local_address rem_address   st\n   0: 0100007F:9C40 0100007F:1538 01 00000000:00000000 00:00000000 00000000  0 0 8001 1\n',
  );
  write('40/syscall', call(45, 9));
  const found = await both({ 40: { by: 'process' } }, 2);
  expect(found.here).toEqual({ 40: [{ wait: 'net', port: 5432, local: true, address: '127.0.0.1' }] });
  expect(found.there).toEqual(found.here);
});

it('an answer from another machine that makes no sense tells nothing of its workers', async () => {
  const requests = new Map<number, ActivityRequest>([[20, { rule: { by: 'process' }, listeners, master: 10 }]]);
  const find = (pid: number) => ({ pid, key: 'a', state: 'S' as const, threads: 1 });
  await fc.assert(
    fc.asyncProperty(fc.string({ maxLength: 200 }), async (text) => {
      const look = async () => Buffer.from(`${nonce}:p\nc 20 20 ${text}\nm 20 ${text}\nl 20 ${text}\n${text}`);
      const asked = RemoteActivity.of({ nonce, look }, '/proc', 'x86_64');
      await asked?.ask(requests);
      const reader = new ActivityReader('/proc', 'x64', () => null, asked ?? undefined);
      expect(reader.read(requests, find, 1).size).toBe(1);
    }),
  );
});
