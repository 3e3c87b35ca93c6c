import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readBytes, readText, readWhole } from '../../src/source/proc/files.ts';
import { LocalTree } from '../../src/source/proc/local-tree.ts';
import { Sockets } from '../../src/source/proc/sockets.ts';

const KB = 1024;
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'workertop-files-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

it.runIf(process.platform === 'linux')(
  'the mounts of a process that has ended and is not reaped yet are missing',
  async () => {
    const parent = spawn('sh', ['-c', 'sleep 0.3 & echo $!; exec sleep 60'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    try {
      const [line] = await once(parent.stdout, 'data');
      const pid = String(line).trim();
      await expect.poll(() => readText(`/proc/${pid}/stat`), { timeout: 20_000 }).toMatch(/\) Z /);
      expect(readText(`/proc/${pid}/mountinfo`)).toBeNull();
    } finally {
      parent.kill('SIGKILL');
    }
  },
);

describe('a file', () => {
  it.each([0, 10, 4096, 16 * KB, 16 * KB + 1, 1024 * KB])('of %i bytes is read whole', (size) => {
    const path = join(folder, 'some');
    const text = 'x'.repeat(size);
    writeFileSync(path, text);
    expect(readWhole(path, 1024 * KB).toString()).toBe(text);
  });

  it('larger than its limit is told to be, and never read without end', () => {
    writeFileSync(join(folder, 'large'), 'x'.repeat(100 * KB));
    expect(readWhole(join(folder, 'large'), 100 * KB - 1)).toBe('huge');
    expect(readWhole('/dev/zero', 1024 * KB)).toBe('huge');
    expect(readBytes('/dev/zero', 1000)).toHaveLength(1000);
  });
});

describe('a table of the kernel, which it gives in short reads,', () => {
  const COUNT = 2000;
  let servers: readonly Server[] = [];

  beforeAll(async () => {
    servers = Array.from({ length: COUNT }, () => createServer());
    await Promise.all(
      servers.map(
        (server, index) =>
          new Promise<void>((done) => server.listen(join(folder, `one-of-many-sockets-${index}`), done)),
      ),
    );
  });
  afterAll(() => {
    for (const server of servers) server.close();
  });

  it('is read to its end', () => {
    const bytes = readWhole('/proc/self/net/unix', 8192 * KB);
    expect(bytes.length).toBeGreaterThan(100 * KB);
    const found = new Set(bytes.toString().match(/one-of-many-sockets-\d+/g));
    expect(found.size).toBe(COUNT);
    expect(new Set(readFileSync('/proc/self/net/unix', 'utf8').match(/one-of-many-sockets-\d+/g))).toEqual(found);
  });

  it('tells every listener with its queue', () => {
    const sockets = new Sockets(new LocalTree('/proc'));
    sockets.begin(new Set(['self']), { connections: false, isFresh: true });
    const listeners = sockets.of(process.pid, 'self', 0) ?? [];
    const ours = listeners.filter(({ address }) => address.startsWith(`unix:${folder}/`));
    expect(ours).toHaveLength(COUNT);
    expect(new Set(ours.map(({ queue }) => queue))).toEqual(new Set([0]));
  });
});
