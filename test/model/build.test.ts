import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildModel } from '../../src/model/build.ts';
import type { Model, ProcessNode } from '../../src/model/model.ts';
import type { ProcessSample } from '../../src/snapshot.ts';
import { cases } from '../helpers/cases.ts';
import { processTables } from '../helpers/process-tables.ts';
import { caught, directory, host, MB, memory, sample, snapshot, virtualenv } from '../helpers/samples.ts';

const options = { memoryTotal: null };

function allNodes(model: Model): readonly ProcessNode[] {
  const { projects, system } = model;
  const inProjects = projects.flatMap(({ servers, processes }) => [
    ...servers.flatMap((server) => server.processes),
    ...processes,
  ]);
  return [...inProjects, ...system.processes];
}

const shop = { directory: directory('/srv/shop'), virtualenv: virtualenv('/v/django') };
const argv = ['python3', '/v/django/bin/gunicorn', '-w', '3', '-b', '127.0.0.1:8000', 'shop.wsgi'];

const master = sample({
  pid: 10,
  argv,
  ...shop,
  caught: caught.gunicornMaster,
  packages: { gunicorn: '20.1.0' },
  memory: { rss: 30 * MB, pss: 12 * MB, uss: 8 * MB },
  listeners: [{ address: '127.0.0.1:8000', inode: 1, queue: 3 }],
  cpuTicks: 100,
});
const worker = (pid: number) =>
  sample({
    pid,
    ppid: 10,
    argv,
    ...shop,
    caught: caught.gunicornWorker,
    memory: { rss: 170 * MB, pss: 150 * MB, uss: 144 * MB },
    cpuTicks: 200,
  });
const processes = [master, worker(11), worker(12), sample({ pid: 2, argv: ['/usr/sbin/cron'] })];

describe('a model', () => {
  it('tells what a user asks of a server', () => {
    const { projects } = buildModel(snapshot(processes), null, options);
    expect(projects.map(({ name }) => name)).toEqual(['shop']);
    expect(projects[0]?.memory).toMatchObject({ pss: 312 * MB, uss: 296 * MB, exact: true });
    expect(projects[0]?.memory.share).toBeCloseTo(312 / 1536);
    expect(projects[0]?.servers[0]).toMatchObject({
      key: '10:1000',
      kind: 'gunicorn',
      version: '20.1.0',
      app: 'shop.wsgi',
      bind: ['127.0.0.1:8000'],
      queue: 3,
      workers: { current: 2, configured: { count: 3, by: { type: 'flag', name: '-w' } }, floor: 1 },
      scaling: { method: 'signal', available: true, reason: null },
      head: { pid: 10, role: 'master' },
    });
    expect(projects[0]?.servers[0]?.processes.map(({ pid, role }) => `${pid} ${role}`)).toEqual([
      '10 master',
      '11 worker',
      '12 worker',
    ]);
  });

  it('knows no queue where one of its listeners tells none', () => {
    const queue = (...queues: readonly (number | null)[]) => {
      const listeners = queues.map((waiting, inode) => ({ address: `unix:/run/${inode}`, inode, queue: waiting }));
      const model = buildModel(snapshot([{ ...master, listeners }, worker(11)]), null, options);
      return model.projects[0]?.servers[0]?.queue;
    };
    expect([queue(2, 3), queue(2, null), queue(null), queue()]).toEqual([5, null, null, null]);
  });

  it('puts the largest project first', () => {
    const other = sample({
      pid: 5,
      argv: ['gunicorn', 'x'],
      directory: directory('/srv/x'),
      memory: { pss: 900 * MB },
    });
    const { projects } = buildModel(snapshot([...processes, other]), null, options);
    expect(projects.map(({ name }) => name)).toEqual(['x', 'shop']);
  });

  it('has CPU use from the second snapshot on, of new processes too, and none of a pid used again', () => {
    const first = snapshot(processes, { uptime: 1000 });
    const later = [
      { ...master, cpuTicks: 150 },
      { ...worker(11), cpuTicks: 200 },
      { ...worker(12), startTicks: 100_050, cpuTicks: 20 },
      sample({ pid: 3, startTicks: 500, cpuTicks: 7000 }),
    ];
    const cpu = new Map(
      allNodes(buildModel(snapshot(later, { uptime: 1002 }), first, options)).map((node) => [node.pid, node.cpu]),
    );
    expect([10, 11, 12, 3].map((pid) => cpu.get(pid))).toEqual([0.25, 0, 0.1, null]);
    expect(allNodes(buildModel(first, null, options)).every((node) => node.cpu === null)).toBe(true);
  });

  it('does not add unknown figures up as if they were none', () => {
    const unreadable = {
      ...worker(11),
      memory: memory({ rss: 50 * MB, pss: null, uss: null, swap: null, quality: 'estimate' }),
    };
    const { projects, coverage } = buildModel(snapshot([master, unreadable]), null, options);
    expect(projects[0]?.memory).toMatchObject({
      pss: null,
      uss: null,
      swap: null,
      exact: false,
      counted: null,
      share: null,
    });
    expect(coverage).toEqual({ processes: 2, exact: 1, rootOnly: 0, hidden: false });
  });

  it('counts RSS where the source knows nothing better', () => {
    const { projects } = buildModel(snapshot([master], { accounting: 'rss' }), null, options);
    expect(projects[0]?.memory.counted).toBe(30 * MB);
  });

  it('masks secrets in commands', () => {
    const secret = sample({ pid: 1, argv: ['celery', '-b', 'redis://:hunter2@host', 'worker'], ...shop });
    expect(
      JSON.stringify(allNodes(buildModel(snapshot([secret]), null, options)).map(({ command }) => command)),
    ).not.toContain('hunter2');
  });
});

describe('of any process table', () => {
  it('every process is in exactly one place', () => {
    fc.assert(
      fc.property(processTables, (table) => {
        const pids = allNodes(buildModel(snapshot(table), null, options)).map(({ pid }) => pid);
        expect(pids.toSorted((a, b) => a - b)).toEqual(table.map(({ pid }) => pid));
      }),
    );
  });

  it('projects and system add up to the processes, and no share is above 1', () => {
    fc.assert(
      fc.property(processTables, fc.constantFrom(null, 0, MB), (table, memoryTotal) => {
        const model = buildModel(snapshot(table), null, { memoryTotal });
        const parts = [...model.projects, model.system];
        const all = parts.flatMap(({ memory: { counted } }) => counted ?? []);
        const unread = table.some(({ memory: reading }) => reading.pss === null);
        const sum = all.reduce((total, counted) => total + counted, 0);
        const known = table.reduce((total, { memory: reading }) => total + (reading.pss ?? 0), 0);
        if (unread) expect(sum).toBeLessThanOrEqual(known);
        else expect(sum).toBe(known);
        for (const { memory: group } of parts) {
          if (group.share === null) continue;
          expect(group.share).toBeGreaterThanOrEqual(0);
          expect(group.share).toBeLessThanOrEqual(1);
        }
        expect(model.host.memory.usedShare).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('the model is the same in whatever order the table was read', () => {
    const shuffled = processTables.chain((table) =>
      fc.tuple(fc.constant(table), fc.shuffledSubarray([...table], { minLength: table.length })),
    );
    const outline = (table: readonly ProcessSample[]) => {
      const model = buildModel(snapshot(table, { uptime: 1002 }), snapshot(table, { uptime: 1000 }), options);
      return JSON.stringify(model, (key, value) => (key === 'definition' ? value.kind : value));
    };
    fc.assert(
      fc.property(shuffled, ([table, otherwise]) => {
        expect(outline(otherwise)).toBe(outline(table));
      }),
      { numRuns: cases(300) },
    );
  });

  it('names and ids of projects are distinct, and the same for the same processes', () => {
    fc.assert(
      fc.property(processTables, (table) => {
        const { projects } = buildModel(snapshot(table), null, options);
        expect(new Set(projects.map(({ name }) => name)).size).toBe(projects.length);
        expect(new Set(projects.map(({ id }) => id)).size).toBe(projects.length);
        const again = buildModel(snapshot(table.toReversed(), { host: host() }), null, options);
        expect(new Set(again.projects.map(({ id, name }) => `${id} ${name}`))).toEqual(
          new Set(projects.map(({ id, name }) => `${id} ${name}`)),
        );
      }),
    );
  });
});
