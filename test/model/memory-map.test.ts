import { describe, expect, it } from 'vitest';
import { buildModel } from '../../src/model/build.ts';
import type { HostSample, MemoryUse } from '../../src/snapshot.ts';
import { gunicorn } from '../helpers/models.ts';
import { GB, host, MB, sample, snapshot } from '../helpers/samples.ts';

const nothing: MemoryUse = { anonymous: null, shmem: null, huge: null, arc: null, swapInMemory: null, kernel: {} };

/** A machine of 4 GB: 1 GB free, 1 GB of page cache, and what else is said. */
function machine(use: Partial<MemoryUse>, options: Partial<HostSample> = {}): HostSample {
  const memory = { total: 4 * GB, free: GB, cache: GB, available: 1900 * MB, swapTotal: 0, swapUsed: 0 };
  return host({ memory, use: { ...nothing, ...use }, ...options });
}

const own = (megabytes: number, file = 0) => ({
  rss: (megabytes + file) * MB,
  pss: (megabytes + file) * MB,
  uss: (megabytes + file) * MB,
  anon: megabytes * MB,
  file: file * MB,
  shmem: 0,
  frees: megabytes * MB,
});

const shop = gunicorn({ pid: 100, project: 'shop', memory: own(20), workers: [{ memory: own(100, 600) }] });
const clamd = sample({ pid: 7, argv: ['/usr/sbin/clamd'], memory: own(700) });
const cron = sample({ pid: 8, argv: ['/usr/sbin/cron'], memory: own(5) });

function mapOf(hostSample: HostSample, processes = [...shop, clamd, cron]) {
  const model = buildModel(snapshot(processes, { host: hostSample }), null, { memoryTotal: null });
  const map = model.memoryMap;
  if (map === null) throw new Error('no map');
  const of = (kind: string) =>
    map.parts.filter((part) => part.kind === kind).map(({ bytes }) => Math.round(bytes / MB));
  return { model, map, of };
}

describe('where the memory is', () => {
  it('adds up to the total, with names, and what can be dropped to what is available', () => {
    const { model, map, of } = mapOf(machine({ kernel: { slab: 200 * MB, 'page-tables': 30 * MB } }));
    expect(map.parts.reduce((sum, { bytes }) => sum + bytes, 0)).toBeCloseTo(4 * GB, -3);
    const available = map.parts.reduce(
      (sum, { kind, bytes, droppable }) => sum + droppable + (kind === 'free' ? bytes : 0),
      0,
    );
    expect(available).toBe(model.host.memory.available);
    expect(map.parts.filter(({ kind }) => kind === 'project').map(({ name }) => name)).toEqual(['shop']);
    expect(of('system')).toEqual([700, 5]);
    expect(map.parts.find(({ kind }) => kind === 'system')?.name).toBe('clamd');
    expect({ slab: of('slab'), tables: of('page-tables') }).toEqual({ slab: [200], tables: [30] });
    // 600 MB of a file that is mapped are in the project, and no longer in the cache.
    expect({ shop: of('project'), cache: of('cache') }).toEqual({ shop: [720], cache: [424] });
  });

  it.each<[string, Partial<MemoryUse>, string, number]>([
    ['files in memory that nobody has mapped', { shmem: 900 * MB }, 'shmem', 900],
    ['huge pages that are reserved', { huge: { total: 1280 * MB, used: 0 } }, 'huge', 1280],
    ['zram', { kernel: { zram: 800 * MB } }, 'zram', 800],
    ['what a balloon has taken', { kernel: { balloon: 500 * MB } }, 'balloon', 500],
    ['memory of programs that were not read', { anonymous: 1000 * MB }, 'unread', 175],
  ])('names %s', (_, use, kind, megabytes) => {
    expect(mapOf(machine(use)).of(kind)).toEqual([megabytes]);
  });

  it('tells the free reserve from the cache that MemAvailable does not count on', () => {
    // 2048 MB are free or cache, and 1900 MB available: of the missing 148 MB a reserve of 90 MB is free.
    const { map, of } = mapOf(machine({ reserve: 90 * MB }));
    expect({ reserve: of('reserve'), kept: of('kept-cache'), free: of('free'), cache: of('cache') }).toEqual({
      reserve: [90],
      kept: [58],
      free: [1024 - 90],
      cache: [1024 - 600 - 58],
    });
    expect(map.parts.reduce((sum, { bytes }) => sum + bytes, 0)).toBeCloseTo(4 * GB, -3);
  });

  it('counts memory that may be freed lazily once, as what can be dropped', () => {
    const memory = { ...own(20, 300), lazyFree: 300 * MB };
    const lazy = sample({ pid: 9, argv: ['/usr/sbin/lazy'], memory });
    const { map, of } = mapOf(machine({ anonymous: 1145 * MB }), [...shop, clamd, cron, lazy]);
    expect(map.parts.reduce((sum, { bytes }) => sum + bytes, 0)).toBeCloseTo(4 * GB, -3);
    expect({ unread: of('unread'), cache: of('cache') }).toEqual({ unread: [], cache: [124] });
  });

  it('tells names and inodes that can be dropped from files that can be', () => {
    const { map, of } = mapOf(machine({ slabCache: 300 * MB }));
    expect({ files: of('cache'), names: of('slab-cache') }).toEqual({ files: [124], names: [300] });
    expect(map.parts.find(({ kind }) => kind === 'slab-cache')?.droppable).toBe(300 * MB);
  });

  it('has what waits in sockets, but not what is in the slab already', () => {
    const unexplained = mapOf(machine({})).of('unexplained')[0] ?? 0;
    const { of } = mapOf(machine({ kernel: { sockets: 500 * MB } }));
    expect({ sockets: of('sockets'), unexplained: of('unexplained') }).toEqual({
      sockets: [500],
      unexplained: [unexplained - 500],
    });
    const slab = unexplained * MB - 100 * MB;
    const small = mapOf(machine({ kernel: { slab, sockets: 500 * MB } }));
    expect({ sockets: small.of('sockets'), unexplained: small.of('unexplained') }).toEqual({
      sockets: [100],
      unexplained: [0],
    });
  });

  it('counts files that a process has locked once', () => {
    const memory = { ...own(200), lockedFile: 100 * MB };
    const { of } = mapOf(machine({ kernel: { locked: 130 * MB } }), [sample({ pid: 7, argv: ['java'], memory })]);
    expect(of('locked')).toEqual([30]);
  });

  it('counts the part of the ZFS cache that can shrink as available', () => {
    const { model, map } = mapOf(machine({ arc: { size: 900 * MB, least: 100 * MB } }));
    expect(map.parts.find(({ kind }) => kind === 'arc')).toMatchObject({ bytes: 900 * MB, droppable: 800 * MB });
    expect(model.host.memory).toMatchObject({ available: 2700 * MB, used: 4 * GB - 2700 * MB });
  });

  it('gives each process its part of shared huge pages, and no more than there are', () => {
    const memory = { ...own(10), sharedHuge: 500 * MB };
    const backends = [1, 2, 3, 4].map((pid) => sample({ pid, argv: ['postgres'], memory }));
    const { model, of } = mapOf(machine({ huge: { total: 1000 * MB, used: 600 * MB } }), backends);
    const sum = [...model.projects, model.system].reduce((total, { memory: { counted } }) => total + (counted ?? 0), 0);
    expect(sum / MB).toBeCloseTo(40 + 600);
    expect(of('huge')).toEqual([400]);
  });

  it('of a limit is of what is in it, and never more than the machine has free', () => {
    const cgroup = {
      limit: GB,
      used: 600 * MB,
      cache: 100 * MB,
      use: { ...nothing, shmem: 50 * MB, kernel: { slab: 30 * MB } },
    };
    const { map, of } = mapOf(machine({}, { cgroup }), [
      sample({ pid: 1, argv: ['/usr/bin/clamd'], memory: own(500) }),
    ]);
    expect(map.total).toBe(GB);
    expect(map.parts.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(GB);
    expect({ free: of('free'), slab: of('slab'), shmem: of('shmem') }).toEqual({
      free: [324],
      slab: [30],
      shmem: [50],
    });
    const memory = { total: 4 * GB, free: 100 * MB, cache: 0, available: 100 * MB, swapTotal: 0, swapUsed: 0 };
    expect(mapOf(host({ memory, cgroup }), []).of('others')).toEqual([224]);
  });
});

describe('a worker whose memory may not be read', () => {
  it('has at least what it has more than the master that it was forked from', () => {
    const estimate = (megabytes: number) => ({ ...own(megabytes), file: null, quality: 'estimate' as const });
    const puma = gunicorn({
      pid: 50,
      memory: estimate(47),
      workers: [{ memory: estimate(50) }, { memory: estimate(51) }],
    });
    const { projects } = buildModel(snapshot(puma), null, { memoryTotal: null });
    const workers = projects[0]?.servers[0]?.processes.filter(({ role }) => role === 'worker') ?? [];
    expect(workers.map(({ memory }) => Math.round((memory.frees ?? 0) / MB))).toEqual([3, 4]);
    expect(Math.round((projects[0]?.memory.counted ?? 0) / MB)).toBeLessThan(100);
  });
});
