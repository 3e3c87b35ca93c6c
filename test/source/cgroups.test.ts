import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { limitedCgroups, limitOf, lowestOf, parseMounts, usageOf } from '../../src/source/proc/cgroups.ts';
import { LocalTree } from '../../src/source/proc/local-tree.ts';

const proc = new LocalTree('/proc');

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'workertop-cgroups-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

describe('mounts of cgroups', () => {
  const line = (root: string, point: string, type: string, options: string) =>
    `36 35 0:33 ${root} ${point} rw,nosuid shared:9 - ${type} none ${options}\n`;

  it('are v2 and the memory hierarchy of v1, with what is seen there', () => {
    const text =
      line('/docker/abc', '/sys/fs/cgroup/memory', 'cgroup', 'rw,memory') +
      line('/docker/abc', '/sys/fs/cgroup/cpu', 'cgroup', 'rw,cpu') +
      line('/', '/sys/fs/cgroup/unified\\040here', 'cgroup2', 'rw');
    expect(parseMounts(text)).toEqual([
      { version: 1, point: '/sys/fs/cgroup/memory', root: '/docker/abc' },
      { version: 2, point: '/sys/fs/cgroup/unified here', root: '/' },
    ]);
  });

  it('are not those that something was laid over', () => {
    const text =
      line('/', '/sys/fs/cgroup/memory', 'cgroup', 'rw,memory') + line('/', '/sys/fs/cgroup', 'tmpfs', 'rw,mode=755');
    expect(parseMounts(text)).toEqual([]);
  });
});

describe('the limit that a process is under', () => {
  const lowest = (cgroup: string, version: 1 | 2, root = '/') =>
    limitedCgroups(proc, cgroup, [{ version, point: folder, root }]).map((one) => limitOf(proc, one));

  it.each([
    ['its own cgroup', '0::/system.slice/shop.service\n', [100, 300]],
    ['a cgroup above it', '0::/system.slice/other.service\n', [300]],
    ['none of a cgroup beside it', '0::/user.slice\n', []],
  ])('v2: is of %s', (_, cgroup, limits) => {
    write({
      'memory.max': 'max\n',
      'system.slice/memory.max': '300\n',
      'system.slice/shop.service/memory.max': '100\n',
      'system.slice/other.service/memory.max': 'max\n',
    });
    expect(lowest(cgroup, 2)).toEqual(limits);
  });

  it.each([
    ['a container that sees its own cgroup alone', '4:memory:/docker/abc\n', '/docker/abc', [400]],
    ['a service in it', '4:memory:/docker/abc/service\n', '/docker/abc', [200, 400]],
    ['a process of another container', '4:memory:/docker/xyz\n', '/docker/abc', []],
    ['one whose name only begins alike', '4:memory:/docker/abcd\n', '/docker/abc', []],
    ['a process outside, as a cgroup namespace tells it', '4:memory:/../xyz\n', '/', []],
    ['the host', '4:memory:/\n', '/docker/abc', []],
  ])('v1: of %s', (_, cgroup, root, limits) => {
    write({ 'memory.limit_in_bytes': '400\n', 'service/memory.limit_in_bytes': '200\n' });
    expect(lowest(cgroup, 1, root)).toEqual(limits);
  });
});

describe('what is used of a limit', () => {
  it('is without page cache, in use or not', () => {
    write({
      'memory.current': '1000\n',
      'memory.stat': 'anon 500\ninactive_file 200\nactive_file 150\nslab_reclaimable 50\n',
    });
    expect(usageOf(proc, { version: 2, folder })).toMatchObject({ used: 600, cache: 400, use: { anonymous: 500 } });
  });

  it('is unknown where the file is not there', () => {
    expect(usageOf(proc, { version: 1, folder })).toBeNull();
  });
});

describe('the limit that applies', () => {
  const of = (cgroup: string, version: 1 | 2) => {
    const mounts = [{ version, point: folder, root: '/' }];
    return lowestOf(proc, limitedCgroups(proc, cgroup, mounts));
  };
  const inner = { 'web.slice/memory.current': '700\n', 'web.slice/shop.service/memory.current': '100\n' };

  it('is memory.high where that is lower: programs are slowed down there', () => {
    write({ ...inner, 'web.slice/memory.max': '900\n', 'web.slice/memory.high': '800\n' });
    expect(of('0::/web.slice\n', 2)).toMatchObject({ limit: 800, used: 700 });
  });

  it('leaves no more than what the limits above it leave', () => {
    write({ ...inner, 'web.slice/memory.max': '800\n', 'web.slice/shop.service/memory.max': '500\n' });
    expect(of('0::/web.slice/shop.service\n', 2)).toMatchObject({ limit: 500, used: 100, left: 100 });
    write({ 'web.slice/memory.max': '1000000\n' });
    expect(of('0::/web.slice/shop.service\n', 2)).not.toHaveProperty('left');
  });

  it('is none where nothing tells what is used of it', () => {
    write({ 'web.slice/memory.max': '800\n' });
    expect(of('0::/web.slice\n', 2)).toBeNull();
  });

  it.each([
    [
      'none, with memory.swap.max of 0',
      { 'memory.swap.max': '0\n', 'memory.swap.current': '0\n' },
      { most: 0, used: 0 },
    ],
    ['all that there is', { 'memory.swap.max': 'max\n', 'memory.swap.current': '50\n' }, { most: null, used: 50 }],
    ['unknown where it is not counted', {}, undefined],
  ])('v2: has swap, %s', (_, files, expected) => {
    write({ 'memory.max': '800\n', 'memory.current': '700\n', ...files });
    expect(of('0::/\n', 2)?.swap).toEqual(expected);
  });

  it('v1: has swap beside memory, in one figure', () => {
    write({
      'memory.limit_in_bytes': '800\n',
      'memory.usage_in_bytes': '700\n',
      'memory.memsw.limit_in_bytes': '1000\n',
      'memory.memsw.usage_in_bytes': '750\n',
    });
    expect(of('4:memory:/\n', 1)?.swap).toEqual({ most: 200, used: 50 });
  });
});
