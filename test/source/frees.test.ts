import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LocalTree } from '../../src/source/proc/local-tree.ts';
import { MemoryReader } from '../../src/source/proc/memory-reader.ts';
import { makeProcTree, type ProcTree } from '../helpers/proc-tree.ts';

const KB = 1024;

let tree: ProcTree;

beforeEach(() => {
  tree = makeProcTree();
  tree.add(50, {});
  tree.write('1/maps', '');
});
afterEach(() => tree.close());

const lines = (figures: Readonly<Record<string, number>>) =>
  Object.entries(figures)
    .map(([name, value]) => `${name}: ${value} kB\n`)
    .join('');

function rollup(figures: Readonly<Record<string, number>>): void {
  tree.write('50/smaps_rollup', `0-1 ---p 0 00:00 0 [rollup]\n${lines(figures)}`);
}

/** A mapping whose pages all are private and written to. */
const mapping = (path: string, kib: number, { device = '00:01', inode = path === '' ? 0 : 7, anonymous = 0 } = {}) =>
  `7f0000000000-7f0000001000 rw-s 00000000 ${device} ${inode} ${path}\n${lines({
    Rss: kib,
    Pss: kib,
    Shared_Clean: 0,
    Shared_Dirty: 0,
    Private_Clean: 0,
    Private_Dirty: kib,
    Anonymous: path === '' ? kib : anonymous,
  })}`;

const read = () => new MemoryReader(new LocalTree(tree.root), 4096).read(50, 1);

/** 5 MB of its own, 25 MB that it shares with three others, and 100 MB of shared memory that it alone has mapped. */
const forked = {
  Pss: 130_000,
  Pss_Anon: 30_000,
  Pss_File: 0,
  Pss_Shmem: 100_000,
  Anonymous: 105_000,
  Shared_Dirty: 100_000,
};

describe('what a process frees, where the sums of its mappings leave it open,', () => {
  it('is its own memory alone, and not shared memory that has a name', () => {
    rollup({ Rss: 205_000, ...forked, Private_Clean: 0, Private_Dirty: 105_000 });
    tree.write('50/smaps', mapping('', 5000) + mapping('/dev/shm/model', 100_000));
    expect(read()).toMatchObject({ frees: 5000 * KB });
  });

  it('is no page of a file that it has just written to', () => {
    const figures = { ...forked, Pss: 330_000, Pss_File: 300_000, Pss_Shmem: 0 };
    rollup({ Rss: 405_000, ...figures, Private_Clean: 0, Private_Dirty: 305_000 });
    tree.write('50/smaps', mapping('', 5000) + mapping('/srv/shop/data.mdb', 300_000, { device: '08:01' }));
    expect(read()).toMatchObject({ frees: 5000 * KB });
  });

  it('has in it what it has written of a private mapping, also of a file in memory', () => {
    rollup({ Rss: 205_000, ...forked, Private_Clean: 0, Private_Dirty: 105_000 });
    tree.write('50/smaps', mapping('', 5000) + mapping('/dev/shm/model', 100_000, { anonymous: 40_000 }));
    expect(read()).toMatchObject({ frees: 45_000 * KB });
  });

  it.each([
    ['of a file in tmpfs that was removed', '/tmp/cache (deleted)', '00:2a', 105_000],
    ['of a removed file of another file system', '/tmp/cache (deleted)', '00:2b', 5000],
    ['of a file in tmpfs that others can open', '/tmp/cache', '00:2a', 5000],
    ['that has been named by prctl', '[anon_shmem:opcache]', '00:01', 105_000],
  ])('is told for shared memory %s', (_, path, device, kib) => {
    rollup({ Rss: 205_000, ...forked, Private_Clean: 0, Private_Dirty: 105_000 });
    tree.write(
      '50/mountinfo',
      '30 1 0:42 / /tmp rw shared:2 - tmpfs tmpfs rw\n31 1 0:43 / /srv rw - btrfs /dev/vda rw\n',
    );
    tree.write('50/smaps', mapping('', 5000) + mapping(path, 100_000, { device }));
    expect(read()).toMatchObject({ frees: kib * KB });
  });
});

describe('a segment of shmget', () => {
  const shm = (mode: number, id = 0) =>
    `       key      shmid perms                  size  cpid  lpid nattch\n         0 ${id} ${mode} 102400000    50    50      1\n`;

  function namespaces(ofProcess: string): void {
    for (const [process, name] of [
      ['self', 'ipc:[1]'],
      ['50', ofProcess],
    ] as const) {
      mkdirSync(join(tree.root, process, 'ns'), { recursive: true });
      symlinkSync(name, join(tree.root, process, 'ns', 'ipc'));
    }
    rollup({ Rss: 205_000, ...forked, Private_Clean: 0, Private_Dirty: 105_000 });
    // The first segment of a machine has the id 0, which is the inode of anonymous memory.
    tree.write('50/smaps', mapping('', 5000) + mapping('/SYSV00000000 (deleted)', 100_000, { inode: 0 }));
  }

  it.each([
    ['stays when its only process ends', 600, 5000],
    ['goes with its only process where it was removed', 1600, 105_000],
  ])('%s', (_, mode, kib) => {
    namespaces('ipc:[1]');
    tree.write('sysvipc/shm', shm(mode));
    expect(read()).toMatchObject({ frees: kib * KB });
  });

  it.each([
    ['of another IPC namespace', 'ipc:[2]', shm(1600)],
    ['that the kernel does not list', 'ipc:[1]', shm(1600, 9)],
  ])('%s leaves it unknown what is freed', (_, namespace, text) => {
    namespaces(namespace);
    tree.write('sysvipc/shm', text);
    expect(read()).toMatchObject({ frees: null });
  });
});

describe('what a process frees', () => {
  it('has its page tables and the kernel stacks of its threads in it', () => {
    rollup({ Rss: 9000, Pss: 9000, Pss_Anon: 9000, Pss_File: 0, Pss_Shmem: 0, Private_Clean: 0, Private_Dirty: 9000 });
    tree.write('50/status', 'Name:\tworker\nVmPTE:\t  200000 kB\nThreads:\t100\n');
    expect(read()).toMatchObject({ uss: 9000 * KB, frees: (9000 + 200_000 + 1600) * KB });
  });

  it('is not what it has given up: that can be dropped before', () => {
    const figures = { Rss: 309_000, Pss: 309_000, Pss_Anon: 309_000, Pss_File: 0, Pss_Shmem: 0, LazyFree: 300_000 };
    rollup({ ...figures, Private_Clean: 300_000, Private_Dirty: 9000 });
    const expected = { anon: 9000 * KB, file: 300_000 * KB, lazyFree: 300_000 * KB, frees: 9000 * KB };
    expect(read()).toMatchObject(expected);
  });

  it('is read from each mapping where the sums have no parts, as before Linux 5.4', () => {
    rollup({ Rss: 309_000, Pss: 309_000, Private_Clean: 0, Private_Dirty: 309_000, Anonymous: 9000 });
    tree.write('50/smaps', mapping('', 9000) + mapping('/srv/shop/data.mdb', 300_000, { device: '08:01' }));
    expect(read()).toMatchObject({ anon: 9000 * KB, file: 300_000 * KB, shmem: 0, frees: 9000 * KB });
  });
});
