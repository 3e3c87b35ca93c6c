import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { LocalTree } from '../../src/source/proc/local-tree.ts';
import { Sockets } from '../../src/source/proc/sockets.ts';
import { makeFolder } from '../helpers/folder.ts';

let root: string;
let sockets: Sockets;

const titles = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';

/** The kernel's table, with so many connections that wait at a listener. */
function waitAt(listener: number): void {
  const queue = listener.toString(16).padStart(8, '0');
  const line = `   0: 0100007F:1F90 00000000:0000 0A 00000000:${queue} 00:00000000 00000000     0        0 5 1\n`;
  writeFileSync(join(root, '1/net/tcp'), titles + line);
}

beforeEach(() => {
  root = makeFolder('sockets');
  for (const folder of ['1/fd', '1/net', '1/ns']) mkdirSync(join(root, folder), { recursive: true });
  symlinkSync('socket:[5]', join(root, '1/fd/3'));
  symlinkSync('net:[1]', join(root, '1/ns/net'));
  for (const table of ['tcp6', 'unix']) writeFileSync(join(root, '1/net', table), titles);
  sockets = new Sockets(new LocalTree(root));
});
afterEach(() => rmSync(root, { recursive: true }));

/** How many wait at a time, by a reading. @param isFresh whether somebody may wait */
function queueAt(now: number, isFresh: boolean): number | null | undefined {
  sockets.begin(new Set(['1:1']), { connections: false, isFresh });
  return sockets.of(1, '1:1', now)?.[0]?.queue;
}

it('waiting connections are read at every reading while somebody may wait', () => {
  waitAt(0);
  expect(queueAt(1, true)).toBe(0);
  waitAt(3);
  expect(queueAt(3, true)).toBe(3);
});

it('waiting connections are read seldom while an idle worker would take them', () => {
  waitAt(0);
  expect(queueAt(1, true)).toBe(0);
  waitAt(3);
  expect(queueAt(3, false)).toBe(0);
  expect(queueAt(6, false)).toBe(3);
});

it('a queue that was seen is read again at the next reading', () => {
  waitAt(3);
  expect(queueAt(1, true)).toBe(3);
  waitAt(0);
  expect(queueAt(3, false)).toBe(0);
});

it('a listener after 20,000 others is told with its queue, in little time', () => {
  const line = (index: number, queue: number, inode: number) =>
    `${String(index).padStart(4)}: 0100007F:${(index % 65_536).toString(16).toUpperCase().padStart(4, '0')} 00000000:0000 0A 00000000:0000000${queue} 00:00000000 00000000     0        0 ${inode} 1\n`;
  const others = Array.from({ length: 20_000 }, (_, index) => line(index, 0, 100 + index));
  writeFileSync(join(root, '1/net/tcp'), `${titles}${others.join('')}${line(20_000, 3, 5)}`);
  const began = process.cpuUsage();
  expect(queueAt(1, true)).toBe(3);
  const { user, system } = process.cpuUsage(began);
  // Parsing everything again with each page of the table took half a minute.
  expect((user + system) / 1e6).toBeLessThan(5);
});

it('a process with more descriptors than are looked at has unknown listeners, not none', () => {
  class Crowded extends LocalTree {
    override list = () => Array.from({ length: 100_000 }, (_, index) => `${index}`);
    override link = (name: string) => (name === '1/fd/99999' ? 'socket:[5]' : '/dev/null');
  }
  waitAt(3);
  const crowded = new Sockets(new Crowded(root));
  crowded.begin(new Set(['1:1']), { connections: false, isFresh: true });
  expect(crowded.of(1, '1:1', 1)).toBeNull();
});
