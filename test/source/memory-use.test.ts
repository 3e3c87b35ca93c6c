/** Memory that no process has, from texts as kernels print them. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { MemoryUse } from '../../src/snapshot.ts';
import { HostReader } from '../../src/source/proc/host.ts';
import { readBootLog } from '../../src/source/proc/kernel-log.ts';
import { LocalTree } from '../../src/source/proc/local-tree.ts';
import { MemoryReader } from '../../src/source/proc/memory-reader.ts';
import { MemoryUseReader } from '../../src/source/proc/memory-use.ts';
import { parseCounters, parseMeminfo } from '../../src/source/proc/parsers/host.ts';
import { parseBootLog } from '../../src/source/proc/parsers/memory-use.ts';
import { makeProcTree, type ProcTree } from '../helpers/proc-tree.ts';

const KB = 1024;
const PAGE = 4096;

/** A machine's trees, side by side. */
let machine: string;

beforeEach(() => {
  machine = mkdtempSync(join(tmpdir(), 'workertop-machine-'));
  mkdirSync(join(machine, 'proc'));
});
afterEach(() => rmSync(machine, { recursive: true }));

function write(path: string, text: string): void {
  mkdirSync(join(machine, dirname(path)), { recursive: true });
  writeFileSync(join(machine, path), text);
}

function use(meminfo: string, vmstat = ''): MemoryUse {
  const read = readUse(meminfo, vmstat);
  if (read === null) throw new Error('meminfo is taken for a container’s');
  return read;
}

function readUse(meminfo: string, vmstat = ''): MemoryUse | null {
  return new MemoryUseReader(new LocalTree(join(machine, 'proc')), PAGE).read(
    parseMeminfo(meminfo),
    parseCounters(vmstat),
    0,
  );
}

/** The lines of Linux 6.18 that are not 0, of a virtual machine with 24 GB. */
const meminfo = [
  'MemTotal:       24684092 kB',
  'MemFree:        19988124 kB',
  'MemAvailable:   22123740 kB',
  'Buffers:          123232 kB',
  'Cached:          1909048 kB',
  'SwapCached:            0 kB',
  'Active(file):     863200 kB',
  'Inactive(file):  1160008 kB',
  'Unevictable:       21288 kB',
  'Mlocked:           20284 kB',
  'Zswap:                 0 kB',
  'AnonPages:       1978852 kB',
  'Shmem:              9072 kB',
  'Slab:             477556 kB',
  'SReclaimable:     431472 kB',
  'SUnreclaim:        46084 kB',
  'KernelStack:        5128 kB',
  'PageTables:        29124 kB',
  'SecPageTables:         0 kB',
  'VmallocUsed:       17956 kB',
  'Percpu:              784 kB',
  'Balloon:               0 kB',
  'HugePages_Total:       0',
  'HugePages_Free:        0',
  'Hugepagesize:       2048 kB',
  'Hugetlb:               0 kB',
].join('\n');

/** The same text with other figures, in kB or pages. */
const withFigures = (figures: Readonly<Record<string, number>>) =>
  Object.entries(figures).reduce(
    (text, [name, value]) =>
      text.replace(new RegExp(`^${name.replace(/[()]/g, '\\$&')}:.*$`, 'm'), (line) =>
        line.replace(/\d+(?= kB$|$)/, String(value)),
      ),
    meminfo,
  );

it('the kernel’s own parts are those of meminfo, and what is 0 is left out', () => {
  const { anonymous, shmem, huge, arc, swapInMemory, kernel } = use(meminfo);
  expect({ anonymous, shmem, huge, arc, swapInMemory }).toEqual({
    anonymous: 1978852 * KB,
    shmem: 9072 * KB,
    huge: null,
    arc: null,
    swapInMemory: null,
  });
  expect(kernel).toEqual({
    slab: 46084 * KB,
    'page-tables': 29124 * KB,
    stacks: 5128 * KB,
    'per-cpu': 784 * KB,
    // Kernel stacks are in VmallocUsed, too.
    vmalloc: (17956 - 5128) * KB,
  });
});

it('page cache that cannot be dropped is told', () => {
  const locked = use(withFigures({ 'Active(file)': 800000, 'Inactive(file)': 1000000 })).kernel.locked;
  expect(locked).toBe((123232 + 1909048 - 9072 - 1800000) * KB);
});

it('before Linux 5.3 vmalloc is unknown: it had addresses, not memory', () => {
  const old = withFigures({ VmallocUsed: 34359738 }).replace(/^Percpu:.*\n/m, '');
  expect(use(old).kernel).not.toHaveProperty('vmalloc');
});

it('page tables of virtual machines and of devices count', () => {
  expect(use(withFigures({ SecPageTables: 1000 })).kernel['page-tables']).toBe((29124 + 1000) * KB);
});

describe('huge pages', () => {
  it('are all that are reserved, and how many are in use', () => {
    const some = withFigures({ HugePages_Total: 640, HugePages_Free: 128, Hugetlb: 1310720 });
    expect(use(some).huge).toEqual({ total: 1310720 * KB, used: 512 * 2048 * KB });
  });

  it('of another size are in the total: Hugetlb counts those of 1 GB', () => {
    const some = withFigures({ HugePages_Total: 10, HugePages_Free: 10, Hugetlb: 20480 + 4 * 1048576 });
    expect(use(some).huge).toEqual({ total: (20480 + 4 * 1048576) * KB, used: 0 });
  });
});

describe('a balloon', () => {
  it('has what meminfo says since Linux 6.16', () => {
    expect(use(withFigures({ Balloon: 524288 })).kernel.balloon).toBe(524288 * KB);
  });

  it('has, before that, what was taken and not given back', () => {
    const old = meminfo.replace(/^Balloon:.*\n/m, '');
    const vmstat = 'balloon_inflate 300000\nballoon_deflate 100000\nballoon_migrate 0\n';
    expect(use(old, vmstat).kernel.balloon).toBe(200000 * PAGE);
  });
});

describe('zram', () => {
  it('takes the third figure of mm_stat, of seven columns or nine, of all devices', () => {
    // Before Linux 4.18 and since 5.15.
    write('sys/block/zram0/mm_stat', '181977088 57352941 64512000        0 106196992     3992        0\n');
    write(
      'sys/block/zram1/mm_stat',
      ' 2539520   880640  1048576        0  1048576      102        0       12       12\n',
    );
    write('sys/block/sda/stat', '1 2 3\n');
    expect(use(meminfo).kernel.zram).toBe(64512000 + 1048576);
  });

  it('is what the kernel counts for zsmalloc where there is no sys tree, less what zswap has of it', () => {
    expect(use(withFigures({ Zswap: 40 }), 'nr_zspages 1000\n').kernel.zram).toBe(1000 * PAGE - 40 * KB);
  });

  it('that is swap is told apart from a disk', () => {
    write(
      'proc/swaps',
      'Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n/dev/zram0                              partition\t2993148\t\t239872\t\t100\n/dev/sda2                               partition\t976892\t\t0\t\t-2\n',
    );
    expect(use(meminfo).swapInMemory).toEqual({ total: 2993148 * KB, used: 239872 * KB });
  });

  it('there is none of, where swap is on disks alone', () => {
    write('proc/swaps', 'Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n/swapfile file 976892 5000 -2\n');
    expect(use(meminfo).swapInMemory).toBeNull();
  });
});

it('zswap and the swap cache are told', () => {
  expect(use(withFigures({ Zswap: 5000, SwapCached: 7000 })).kernel).toMatchObject({
    zswap: 5000 * KB,
    'swap-cache': 7000 * KB,
  });
});

it('the swap cache is without what processes have mapped again: AnonPages has it', () => {
  const lists = 'Active(anon): 1978852 kB\nInactive(anon): 18360 kB\n';
  // 1,978,852 + 18,360 + 21,288 on the lists, less 1,978,852 anonymous and 9,072 shared.
  expect(use(lists + withFigures({ SwapCached: 70_000 })).kernel['swap-cache']).toBe(30_576 * KB);
  expect(use(lists + withFigures({ SwapCached: 7000 })).kernel['swap-cache']).toBe(7000 * KB);
});

it('memory that waits in sockets of TCP and UDP is told, from pages', () => {
  const TCP = 'TCP: inuse 88 orphan 0 tw 56 alloc 88 mem 142438';
  write('proc/net/sockstat', `sockets: used 300\n${TCP}\nUDP: inuse 40 mem 31826\nUDPLITE: inuse 0\nRAW: inuse 0\n`);
  expect(use(meminfo).kernel.sockets).toBe((142_438 + 31_826) * PAGE);
});

it('the part of the kernel’s slab that can be dropped is told apart', () => {
  expect(use(meminfo).slabCache).toBe(431_472 * KB);
});

describe('ZFS’s cache', () => {
  const arcstats = [
    '9 1 0x01 147 39984 4026867198 8436358124041',
    'name                            type data',
    'hits                            4    10390029',
    'c                               4    4173881344',
    'c_min                           4    268435456',
    'c_max                           4    8589934592',
    'size                            4    4294967296',
    'compressed_size                 4    3221225472',
    'data_size                       4    3000000000',
    'arc_meta_used                   4    700000000',
    'l2_size                         4    99999999999',
    '',
  ].join('\n');

  it('has its size and the least that it keeps', () => {
    write('proc/spl/kstat/zfs/arcstats', arcstats);
    expect(use(meminfo).arc).toEqual({ size: 4294967296, least: 268435456 });
  });

  it.each(['self', '1'])('is the host’s, as all else is, where lxcfs makes meminfo, by the mounts of %s', (process) => {
    write('proc/spl/kstat/zfs/arcstats', arcstats);
    const line =
      '421 403 0:53 /proc/meminfo /proc/meminfo rw,nosuid,nodev,relatime - fuse.lxcfs lxcfs rw,user_id=0,group_id=0,allow_other';
    write(`proc/${process}/mountinfo`, `403 386 0:87 / /proc rw,nosuid - proc proc rw\n${line}\n`);
    expect(readUse(meminfo)).toBeNull();
  });

  it('is unknown where the mounts are too many to be read', () => {
    write('proc/spl/kstat/zfs/arcstats', arcstats);
    write('proc/1/mountinfo', '403 386 0:87 / /mnt/x rw - tmpfs x rw\n'.repeat(30_000));
    expect(use(meminfo).arc).toBeNull();
  });
});

describe('free pages that no program gets', () => {
  /** A zone as Linux 6.18 prints it, shortened. */
  const zone = (counts: readonly number[], { high = 0, managed = 0, protection = '0, 0, 0' } = {}) =>
    `Node 0, zone   Normal\n  per-node stats\n      nr_inactive_anon 52519\n  pages free     4821903\n        boost    0\n        min      18\n        low      22\n        high     ${high}\n        promo    30\n        managed  ${managed}\n        protection: (${protection})\n      nr_free_pages 3840\n  pagesets\n${counts
      .map(
        (count, cpu) =>
          `    cpu: ${cpu}\n              count:    ${count}\n              high:     14154\n              batch:    63\n`,
      )
      .join('')}  vm stats threshold: 30\n`;

  it('are kept by CPUs in all zones', () => {
    write('proc/zoneinfo', zone([12, 300]) + zone([0, 7]));
    expect(use(meminfo).kernel['cpu-lists']).toBe(319 * PAGE);
  });

  it('are each zone’s mark and the protection of lower zones, but not more than the zone has', () => {
    const zones = [
      zone([], { high: 26, managed: 3840, protection: '0, 3019, 13387, 13387' }),
      zone([], { high: 5708, managed: 772917, protection: '0, 0, 10368, 10368' }),
      zone([], { high: 19604, managed: 2654208, protection: '0, 0, 0, 0' }),
      zone([], { high: 32, managed: 0 }),
    ];
    write('proc/zoneinfo', zones.join(''));
    expect(use(meminfo).reserve).toBe((3840 + (10368 + 5708) + 19604) * PAGE);
  });

  it('are unknown, and not too few, where the file is too long', () => {
    write('proc/zoneinfo', zone(Array(20_000).fill(1)));
    const { kernel, reserve } = use(meminfo);
    expect({ kept: kernel['cpu-lists'], reserve }).toEqual({ kept: undefined, reserve: undefined });
  });

  it('are read anew each time, as meminfo is', () => {
    const reader = new MemoryUseReader(new LocalTree(join(machine, 'proc')), PAGE);
    const read = () => reader.read(parseMeminfo(meminfo), new Map(), 0)?.kernel['cpu-lists'];
    write('proc/zoneinfo', zone([1000]));
    expect(read()).toBe(1000 * PAGE);
    write('proc/zoneinfo', zone([3]));
    expect(read()).toBe(3 * PAGE);
  });
});

describe('what the kernel took at boot', () => {
  const log = [
    'Linux version 6.1.0-18-amd64 (debian-kernel@lists.debian.org)',
    'setup_percpu: NR_CPUS:8192 nr_cpumask_bits:4 nr_cpu_ids:4 nr_node_ids:1',
    'percpu: Embedded 61 pages/cpu s212992 r8192 d28672 u524288',
    'PV qspinlock hash table entries: 256 (order: 0, 4096 bytes, linear)',
    'Dentry cache hash table entries: 262144 (order: 9, 2097152 bytes, linear)',
    'Inode-cache hash table entries: 131072 (order: 8, 1048576 bytes, linear)',
    'Mount-cache hash table entries: 4096 (order: 3, 32768 bytes, linear)',
    'futex hash table entries: 1024 (order: 4, 65536 bytes, linear)',
    'IP idents hash table entries: 32768 (order: 6, 262144 bytes, linear)',
    'TCP established hash table entries: 16384 (order: 5, 131072 bytes, vmalloc)',
    'TCP bind hash table entries: 16384 (order: 7, 524288 bytes, linear)',
    'TCP: Hash tables configured (established 16384 bind 16384)',
  ].join('\n');

  it('are tables that no counter includes: neither those in vmalloc nor those of before MemTotal', () => {
    expect(parseBootLog(log, PAGE).tables).toBe(32768 + 65536 + 262144 + 524288);
  });

  it('is the part of per-CPU memory that is not in MemTotal', () => {
    expect(parseBootLog(log, PAGE).perCpu).toBe(4 * 61 * PAGE);
  });

  it('is unknown in a log of a kernel that does not tell where its tables are', () => {
    const old = 'TCP established hash table entries: 16384 (order: 5, 131072 bytes)';
    expect(parseBootLog(old, PAGE)).toEqual({ tables: 0, perCpu: 0 });
  });

  it.each(['/dev/null', '/etc/hostname', '/dev/stdin', '/none'])('is not read from %s', (path) => {
    expect(readBootLog(path)).toBeNull();
  });
});

describe('files that a process has locked', () => {
  let tree: ProcTree;
  const rollup = (locked: number) =>
    [
      'Rss: 165000',
      'Pss: 165000',
      'Pss_Anon: 5000',
      'Pss_File: 160000',
      'Pss_Shmem: 0',
      'Private_Clean: 160000',
      'Private_Dirty: 5000',
      `Locked: ${locked}`,
    ]
      .map((line) => `${line} kB\n`)
      .join('');

  beforeEach(() => {
    tree = makeProcTree();
    tree.add(50, {});
  });
  afterEach(() => tree.close());

  it.each([
    ['all that it has', 165000, { file: 0, lockedFile: 160000 * KB, frees: 165000 * KB }],
    ['its own memory only', 5000, { file: 160000 * KB, frees: 5000 * KB }],
  ])('cannot be dropped, and become available when it ends: it locked %s', (_, locked, expected) => {
    tree.write('50/smaps_rollup', `0-1 ---p 0 00:00 0 [rollup]\n${rollup(locked)}`);
    const reading = new MemoryReader(new LocalTree(tree.root), PAGE).read(50, 1);
    expect(reading).toMatchObject(expected);
  });
});

describe('a process with more mappings than can be read in time', () => {
  const mapping = [
    '7f0000000000-7f0000001000 rw-s 00000000 00:01 4242 /dev/zero (deleted)',
    'Rss:                   4 kB',
    'Pss:                   4 kB',
    'Shared_Clean:          0 kB',
    'Shared_Dirty:          0 kB',
    'Private_Clean:         0 kB',
    'Private_Dirty:         4 kB',
    '',
  ].join('\n');
  const huge = mapping.repeat(40_000);
  let tree: ProcTree;

  beforeEach(() => {
    tree = makeProcTree();
  });
  afterEach(() => tree.close());

  it('has no exact figures on a kernel without smaps_rollup, rather than the sum of some', () => {
    tree.add(50, { memory: null });
    tree.write('50/smaps', huge);
    const reader = new MemoryReader(new LocalTree(tree.root), PAGE);
    expect(reader.read(50, 1)).toBe('huge');
    expect(reader.estimate(50)).toMatchObject({ quality: 'estimate' });
  });

  it('frees an unknown amount where that depends on them', () => {
    tree.add(50, {});
    const figures = [
      'Rss: 160000',
      'Pss: 160000',
      'Pss_Anon: 0',
      'Pss_File: 0',
      'Pss_Shmem: 160000',
      'Private_Clean: 0',
      'Private_Dirty: 160000',
    ];
    tree.write('50/smaps_rollup', `0-1 ---p 0 00:00 0 [rollup]\n${figures.map((line) => `${line} kB\n`).join('')}`);
    tree.write('50/smaps', huge);
    expect(new MemoryReader(new LocalTree(tree.root), PAGE).read(50, 1)).toMatchObject({
      pss: 160000 * KB,
      frees: null,
    });
    tree.write('50/smaps', mapping.repeat(1000));
    tree.write('1/maps', '');
    expect(new MemoryReader(new LocalTree(tree.root), PAGE).read(50, 1)).toMatchObject({ frees: 4000 * KB });
  });
});

it('a limit that is set while it runs is seen after a while', () => {
  write('proc/meminfo', meminfo);
  write('proc/1/cgroup', '0::/shop.service\n');
  write('cgroups/shop.service/memory.current', '100\n');
  const mounts = [{ version: 2 as const, point: join(machine, 'cgroups'), root: '/' }];
  const reader = new HostReader(new LocalTree(join(machine, 'proc')), PAGE, mounts);
  expect(reader.read(100, null).cgroup).toBeNull();
  write('cgroups/shop.service/memory.max', '5000\n');
  expect(reader.read(160, null).cgroup).toMatchObject({ limit: 5000, used: 100 });
});
