import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { factRequests } from '../../src/servers/registry.ts';
import { inspectProcess } from '../../src/source/proc/inspect.ts';
import { LocalTree } from '../../src/source/proc/local-tree.ts';
import { ProcSource } from '../../src/source/proc/proc-source.ts';
import { findMarked } from '../../src/source/proc/project-directory.ts';
import { StatTable } from '../../src/source/proc/stat-table.ts';
import type { ReadHints } from '../../src/source/source.ts';
import { filesHere, viewOf } from '../helpers/files.ts';
import { makeProcTree, type ProcTree, statLine } from '../helpers/proc-tree.ts';

const KB = 1024;

let tree: ProcTree;
let source: ProcSource | null = null;

beforeEach(() => {
  tree = makeProcTree();
});
afterEach(() => {
  source?.close();
  source = null;
  tree.close();
});

function hints(options: Partial<ReadHints> = {}): ReadHints {
  return {
    memoryBudget: Number.POSITIVE_INFINITY,
    prefer: new Set(),
    watch: new Set(),
    listeners: new Set(),
    patience: 10,
    ...options,
  };
}

async function read(options: Partial<ReadHints> = {}) {
  source ??= new ProcSource({
    tree: new LocalTree(tree.root),
    factRequests,
    files: filesHere(),
    cgroups: join(tree.root, 'cgroups'),
    clock: () => 42,
  });
  return source.read(hints(options));
}

async function only(pid: number, options: Partial<ReadHints> = {}) {
  const found = (await read(options)).processes.find((process) => process.pid === pid);
  if (found === undefined) throw new Error(`no process ${pid}`);
  return found;
}

describe('processes', () => {
  it.each(['a b', '((', 'x) R 1 (y', 'new\nline', ') ', ''])('named %j are read', async (comm) => {
    tree.add(10, { comm, ppid: 7, startTicks: 55, rss: 9 });
    const found = await only(10);
    expect(found).toMatchObject({ pid: 10, ppid: 7, startTicks: 55, state: 'S', cpuTicks: 10 });
    expect(found.facts.comm).toBe(comm);
  });

  it('that are kernel threads are counted and left out', async () => {
    tree.add(10);
    tree.add(11, { flags: 0x00200040, comm: 'kworker/0:1' });
    const snapshot = await read();
    expect(snapshot.processes.map(({ pid }) => pid)).toEqual([10]);
    expect(snapshot.kernelThreads).toBe(1);
  });

  it('that vanish meanwhile are left out, and others are not', async () => {
    tree.add(10);
    tree.add(11);
    await read();
    tree.remove(10);
    expect((await read()).processes.map(({ pid }) => pid)).toEqual([11]);
  });

  it('with an empty command line, or with one of megabytes, are read', async () => {
    tree.add(10, { argv: [] });
    tree.add(11, { argv: ['x'.repeat(2 * KB * KB), 'y'] });
    expect((await only(10)).facts.argv).toEqual([]);
    const [word = ''] = (await only(11)).facts.argv;
    expect(word.length).toBe(128 * KB);
  });

  it('that are zombies have no memory', async () => {
    tree.add(10, { state: 'Z', argv: [] });
    expect((await only(10)).memory).toMatchObject({ rss: 0, pss: 0, uss: 0 });
  });

  it('are others where a pid is reused', async () => {
    tree.add(10, { argv: ['first'], startTicks: 100 });
    const first = await only(10);
    // The kernel fails to read a dead process's kept descriptor, which a file cannot.
    tree.write('10/stat', statLine(10, { startTicks: 900 }));
    tree.write('10/cmdline', 'second\0');
    const second = await only(10);
    expect(second.startTicks).not.toBe(first.startTicks);
    expect(second.facts.argv).toEqual(['second']);
  });

  it('keep their facts as one object until something in them changes', async () => {
    tree.add(10, { comm: 'gunicorn', argv: ['gunicorn', 'a'] });
    const first = await only(10);
    const second = await only(10);
    expect(second.facts).toBe(first.facts);
    tree.write('10/stat', statLine(10, { comm: 'renamed' }));
    tree.write('10/cmdline', 'gunicorn: master [a]\0');
    const third = await only(10);
    expect(third.facts.argv).toEqual(['gunicorn: master [a]']);
  });

  it('are looked at again while they are young, and masters at each reading', async () => {
    tree.add(10, { startTicks: 99_900 });
    tree.add(11, { startTicks: 10 });
    await read();
    for (const pid of [10, 11]) tree.write(`${pid}/status`, 'Uid:\t1\t1\t1\t1\nSigCgt:\t0000000000300000\n');
    expect((await only(10)).facts.caught).toBe(0x300000);
    expect((await only(11, { listeners: new Set([11]) })).facts.caught).toBe(0x300000);
  });
});

it('a file of proc that cannot be read, by no matter of rights, is named', async () => {
  tree.add(10);
  rmSync(join(tree.root, '10', 'status'));
  mkdirSync(join(tree.root, '10', 'status'));
  await expect(read()).rejects.toThrow(/EISDIR.*10\/status/);
});

it.each([
  ['that is not there', '/nonexistent/proc'],
  ['that is none', tmpdir()],
])('no proc tree is a directory %s', (_, root) => {
  expect(() => new ProcSource({ tree: new LocalTree(root), factRequests, files: filesHere() })).toThrow(root);
});

describe('memory', () => {
  it('is what the kernel says', async () => {
    tree.add(10, { memory: { rss: 500, pss: 300, uss: 250, swap: 7 } });
    expect((await only(10)).memory).toMatchObject({
      rss: 500 * KB,
      pss: 300 * KB,
      uss: 250 * KB,
      swap: 7 * KB,
      quality: 'exact',
      fresh: true,
    });
  });

  it('is summed up from smaps where there is no rollup', async () => {
    tree.add(10, {
      memory: null,
      smaps: [
        { rss: 100, pss: 60, uss: 50 },
        { rss: 200, pss: 30, uss: 20 },
      ],
    });
    expect((await only(10)).memory).toMatchObject({ rss: 300 * KB, pss: 90 * KB, uss: 70 * KB, quality: 'exact' });
  });

  it('keeps USS ≤ PSS ≤ RSS, though each is rounded by itself', async () => {
    tree.add(10, { memory: { rss: 99, pss: 100, uss: 101 } });
    const { rss, pss, uss } = (await only(10)).memory;
    expect(uss).toBeLessThanOrEqual(pss ?? 0);
    expect(pss).toBeLessThanOrEqual(rss);
  });

  it('is not read without a budget, but for those that are watched', async () => {
    tree.add(10, { rss: 100 });
    tree.add(11);
    const snapshot = await read({ memoryBudget: 0, watch: new Set([11]) });
    expect(snapshot.processes.map(({ memory }) => [memory.pss === null, memory.fresh])).toEqual([
      [true, false],
      [false, true],
    ]);
  });

  it('is marked once RSS has moved, and read again', async () => {
    tree.add(10, { rss: 1000, memory: { rss: 4000, pss: 4000, uss: 4000 } });
    await read();
    tree.write('10/stat', statLine(10, { rss: 9000 }));
    tree.write('10/smaps_rollup', 'Rss: 36000 kB\nPss: 36000 kB\nPrivate_Dirty: 36000 kB\n');
    expect((await only(10, { memoryBudget: 0 })).memory).toMatchObject({ pss: 4000 * KB, fresh: false });
    expect((await only(10)).memory).toMatchObject({ pss: 36_000 * KB, fresh: true });
  });
});

describe('a virtualenv', () => {
  let files: string;
  beforeEach(() => {
    files = mkdtempSync(join(tmpdir(), 'workertop-files-'));
    for (const name of ['shop', 'other']) {
      mkdirSync(join(files, name, 'lib', 'python3.11', 'site-packages', 'gunicorn-20.1.0.dist-info'), {
        recursive: true,
      });
      writeFileSync(join(files, name, 'pyvenv.cfg'), 'home = /usr/bin\nversion = 3.11.2\n');
    }
  });
  afterEach(() => rmSync(files, { recursive: true }));

  const python = '/usr/bin/python3.11';

  it('comes from the environment, from argv, from mapped files, and as a guess, in this order', async () => {
    const shop = join(files, 'shop');
    tree.add(10, { exe: python, environ: { VIRTUAL_ENV: shop, SECRET: 'x' }, argv: [`${shop}/bin/python`] });
    tree.add(11, { exe: python, argv: [`${shop}/bin/python`, `${shop}/bin/gunicorn`] });
    tree.add(12, {
      exe: python,
      argv: ['gunicorn: master [x]'],
      maps: `7f00 r-xp 0 08:01 5 ${shop}/lib/python3.11/site-packages/setproctitle.so\n`,
    });
    mkdirSync(join(files, 'site', '.venv'), { recursive: true });
    writeFileSync(join(files, 'site', '.venv', 'pyvenv.cfg'), 'home = /usr/bin\n');
    tree.add(13, { exe: python, argv: ['gunicorn: master [x]'], cwd: join(files, 'site') });
    const found = new Map((await read()).processes.map(({ pid, facts }) => [pid, facts]));
    expect([10, 11, 12, 13].map((pid) => found.get(pid)?.virtualenv?.evidence)).toEqual([
      'environ',
      'argv',
      'maps',
      'guess',
    ]);
    expect(found.get(11)?.virtualenv).toEqual({ path: shop, name: 'shop', evidence: 'argv', python: '3.11.2' });
    expect(found.get(13)?.virtualenv?.name).toBe('site');
    expect(found.get(12)?.packages).toEqual({ gunicorn: '20.1.0' });
    // What is in the environment besides is not kept.
    expect(JSON.stringify(found.get(10))).not.toContain('SECRET');
  });

  it('is the one that it was started from, though the shell had another activated', async () => {
    const argv = [join(files, 'other', 'bin', 'python')];
    tree.add(10, { exe: python, argv, environ: { VIRTUAL_ENV: join(files, 'shop') } });
    expect((await only(10)).facts.virtualenv).toMatchObject({ name: 'other', evidence: 'argv' });
  });

  it('is left with the lines of its configuration that were asked for', async () => {
    writeFileSync(join(files, 'gunicorn.conf.py'), 'secret = "x"\nworkers = 4\n');
    tree.add(10, { argv: ['gunicorn', 'shop.wsgi'], cwd: files });
    expect((await only(10)).facts.configLines).toEqual({ [join(files, 'gunicorn.conf.py')]: ['workers = 4'] });
  });

  it('does not make a project of what holds many', () => {
    const make = (path: string) => {
      mkdirSync(join(files, path), { recursive: true });
      writeFileSync(join(files, path, 'manage.py'), '');
    };
    for (const path of ['home/bob', 'srv', 'srv/shop', 'opt']) make(path);
    expect(findMarked('/srv/shop/app/deep', viewOf(files))).toEqual({ path: '/srv/shop', marker: 'manage.py' });
    for (const path of ['/', '/home/bob', '/home/bob/new', '/srv', '/opt/thing'])
      expect(findMarked(path, viewOf(files))).toBeNull();
  });
});

describe('listeners', () => {
  const line = (inode: number, state: string, queue: string) =>
    `   0: 0100007F:1F90 00000000:0000 ${state} 00000000:${queue} 00:00000000 00000000     0        0 ${inode} 1 0000000000000000 100 0 0 10 0\n`;

  it('are those of the processes asked for, with the connections that wait', async () => {
    const tcp = `  sl  local_address …\n${line(77, '0A', '00000003')}${line(78, '0A', '00000000')}${line(79, '01', '00000009')}`;
    tree.add(10, { sockets: [77, 79], tcp });
    tree.add(11, { sockets: [78], tcp });
    const snapshot = await read({ listeners: new Set([10]) });
    expect(snapshot.processes.map(({ listeners }) => listeners)).toEqual([
      [{ address: '127.0.0.1:8080', inode: 77, queue: 3 }],
      null,
    ]);
  });
});

describe('the host', () => {
  it('is as its tree says', async () => {
    const { host, at, uptime } = await read();
    expect({ at, uptime }).toEqual({ at: 42, uptime: 1000 });
    expect(host).toMatchObject({ name: 'made', cores: 2, load: [0.1, 0.2, 0.3] });
    expect(host.memory.total).toBe(2 * KB ** 3);
    expect(host.memory.swapUsed).toBe(48_576 * KB);
    expect(host.pressure).toMatchObject({ oomKills: 1, someAvg10: null });
  });

  it.each([
    [
      'v2',
      '0::/\n',
      {
        'cgroups/memory.max': '536870912',
        'cgroups/memory.current': '300000000',
        'cgroups/memory.stat':
          'anon 150000000\ninactive_file 40000000\nactive_file 60000000\nslab_unreclaimable 7000000\n',
      },
    ],
    [
      'v1',
      '5:memory:/docker/abc\n',
      {
        'cgroups/memory/docker/abc/memory.limit_in_bytes': '536870912',
        'cgroups/memory/docker/abc/memory.usage_in_bytes': '300000000',
        'cgroups/memory/docker/abc/memory.stat':
          'active_file 5\ntotal_inactive_file 40000000\ntotal_active_file 60000000\ntotal_rss 150000000\n',
        'cgroups/memory/memory.limit_in_bytes': '9223372036854771712',
      },
    ],
  ])('is under the limit of its cgroup %s', async (_, cgroup, files) => {
    for (const [path, text] of Object.entries(files)) tree.write(path, text);
    tree.add(1, { cgroup });
    // Page cache that was used lately is page cache too.
    expect((await read()).host.cgroup).toMatchObject({
      limit: 536_870_912,
      used: 200_000_000,
      cache: 100_000_000,
      use: { anonymous: 150_000_000 },
    });
  });

  it.each([
    ['a tree of another machine', null, '0::/\n'],
    ['a process outside of the cgroup that is to be seen', 'cgroups', '0::/../../init.scope\n'],
  ])('%s is under no limit of this one', async (_, folder, cgroup) => {
    tree.write('cgroups/memory.max', '536870912');
    tree.write('cgroups/memory.current', '300000000');
    tree.add(1, { cgroup });
    const other = folder === null ? {} : { cgroups: join(tree.root, folder) };
    source = new ProcSource({ tree: new LocalTree(tree.root), factRequests, files: filesHere(), ...other });
    const snapshot = await source.read(hints());
    expect(snapshot.host.cgroup).toBeNull();
    expect(snapshot.processes[0]?.facts.memoryLimit).toBeNull();
  });
});

it('stat is read the same with no room for descriptors, and with some', () => {
  for (let pid = 10; pid < 20; pid++) tree.add(pid);
  for (const room of [0, 3, 100]) {
    const table = new StatTable(tree.root, room);
    for (let reading = 0; reading < 2; reading++) {
      const pids: number[] = [];
      table.scan((pid) => pids.push(pid));
      expect(pids.sort()).toEqual([10, 11, 12, 13, 14, 15, 16, 17, 18, 19]);
    }
    table.close();
  }
});

it('a process is inspected as it is at this moment', () => {
  tree.add(10, { comm: 'a) b', argv: ['a', 'b'], startTicks: 5, caught: '300000', state: 'T' });
  expect(inspectProcess(new LocalTree(tree.root), 10)).toMatchObject({
    startTicks: 5,
    state: 'T',
    caught: 0x300000,
    argv: ['a', 'b'],
    comm: 'a) b',
  });
  expect(inspectProcess(new LocalTree(tree.root), 11)).toBeNull();
});
