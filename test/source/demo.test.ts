import { describe, expect, it } from 'vitest';
import { Controller } from '../../src/control/controller.ts';
import { demoSignals } from '../../src/control/demo-signals.ts';
import { advise } from '../../src/model/advice/advice.ts';
import { History } from '../../src/model/history/history.ts';
import type { Model, Project, Server } from '../../src/model/model.ts';
import { Observer } from '../../src/observer.ts';
import type { Snapshot } from '../../src/snapshot.ts';
import { DemoHost } from '../../src/source/demo/host.ts';
import type { ReadHints } from '../../src/source/source.ts';
import type { Operation } from '../../src/state/operation.ts';
import { MB } from '../helpers/samples.ts';

const hints: ReadHints = { memoryBudget: 0, prefer: new Set(), watch: new Set(), listeners: new Set() };
const START = Date.UTC(2026, 10, 23, 3);

/** A demo whose time passes when told. */
class Stage {
  now = START;
  readonly host: DemoHost;
  readonly history = new History();
  readonly #observer: Observer;

  constructor(seed = 1) {
    this.host = new DemoHost({ seed, now: () => this.now });
    this.#observer = new Observer(this.host.source, { memoryTotal: null });
  }

  async after(seconds: number): Promise<Model> {
    this.now += seconds * 1000;
    const model = await this.#observer.observe({ memoryBudget: 0, watch: new Set() });
    this.history.record(model);
    return model;
  }

  async snapshotAfter(seconds: number): Promise<Snapshot> {
    this.now += seconds * 1000;
    return this.host.source.read(hints);
  }
}

function projectOf(model: Model, name: string): Project {
  const found = model.projects.find((project) => project.name === name);
  if (found === undefined) throw new Error(`no ${name} among ${model.projects.map((project) => project.name)}`);
  return found;
}

function serverOf(model: Model, name: string, kind = 'gunicorn'): Server {
  const found = projectOf(model, name).servers.find((server) => server.kind === kind);
  if (found === undefined) throw new Error(`no ${kind} in ${name}`);
  return found;
}

function workers(server: Server): readonly number[] {
  return server.processes.filter(({ role }) => role === 'worker').map(({ pid }) => pid);
}

function pss({ processes }: Snapshot): number {
  return processes.reduce((sum, { memory }) => sum + (memory.pss ?? Number.NaN), 0);
}

describe('the demo shows', () => {
  it('a small machine with two projects, and what their servers are', async () => {
    const stage = new Stage();
    await stage.after(0);
    const model = await stage.after(10);
    expect(model.host).toMatchObject({ name: 'vps1', cores: 2, memory: { total: 1536 * MB } });
    const outline = model.projects.map(({ name, virtualenv, servers }) => ({
      name,
      virtualenv: virtualenv?.name ?? null,
      servers: servers.map((server) => `${server.kind} ${server.workers.current} ${server.head.role}`).sort(),
    }));
    expect(outline).toEqual([
      { name: 'project1', virtualenv: 'django1_4', servers: ['gunicorn 3 master'] },
      {
        name: 'project2',
        virtualenv: 'django1_5',
        servers: ['celery 2 master', 'celery-beat 0 scheduler', 'gunicorn 3 master'],
      },
      { name: 'redis', virtualenv: null, servers: ['redis 0 single'] },
      { name: 'nginx', virtualenv: null, servers: ['nginx 2 master'] },
    ]);
    for (const name of ['project1', 'project2']) {
      const server = serverOf(model, name);
      expect(server.scaling).toMatchObject({ method: 'signal', available: true, reason: null });
      expect(server.workers.configured.count).toBe(3);
      expect(server.cpu).toBeGreaterThan(0);
    }
    expect(serverOf(model, 'project1').bind).toEqual(['127.0.0.1:8101']);
    expect(model.system.processes.length).toBeGreaterThan(8);
    const each = (name: string) => serverOf(model, name).processes.slice(1);
    for (const { memory } of each('project1')) expect((memory.counted ?? 0) / MB).toBeCloseTo(150, -1);
    for (const { memory } of each('project2')) expect((memory.counted ?? 0) / MB).toBeCloseTo(100, -1);
    expect((serverOf(model, 'project2', 'celery-beat').memory.counted ?? 0) / MB).toBeCloseTo(77, -1);
  });

  it('the same for the same seed, however often it is looked at, and something else for another', async () => {
    const [often, seldom, other] = [new Stage(7), new Stage(7), new Stage(8)];
    for (let second = 0; second < 300; second++) await often.snapshotAfter(1);
    const seen = await seldom.snapshotAfter(300);
    expect(await often.snapshotAfter(0)).toEqual(seen);
    expect(await other.snapshotAfter(300)).not.toEqual(seen);
  });

  it('the same facts, as one object, of a process from one reading to the next', async () => {
    const stage = new Stage();
    const before = await stage.snapshotAfter(0);
    const after = await stage.snapshotAfter(5);
    expect(after.processes.map(({ pid }) => pid)).toEqual(before.processes.map(({ pid }) => pid));
    after.processes.forEach(({ facts }, index) => {
      expect(facts).toBe(before.processes[index]?.facts);
    });
  });

  it('figures that fit together, and times that only go up', async () => {
    const stage = new Stage();
    let before: Snapshot | null = null;
    for (let minute = 0; minute < 60; minute++) {
      const snapshot = await stage.snapshotAfter(60);
      const { total, free, available, cache, swapTotal, swapUsed } = snapshot.host.memory;
      expect(pss(snapshot)).toBeLessThanOrEqual(total - available);
      expect(free).toBeGreaterThan(0);
      expect(free + cache).toBe(available);
      expect(available).toBeLessThan(total);
      expect(swapUsed).toBeLessThanOrEqual(swapTotal);
      for (const { pid, startTicks, memory, cpuTicks } of snapshot.processes) {
        expect(memory.uss).toBeLessThanOrEqual(memory.pss ?? 0);
        expect(memory.pss).toBeLessThanOrEqual(memory.rss);
        const then = before?.processes.find((one) => one.pid === pid && one.startTicks === startTicks);
        expect(cpuTicks).toBeGreaterThanOrEqual(then?.cpuTicks ?? 0);
      }
      before = snapshot;
    }
  });

  it('a worker and a beat that grow, and workers that do not', async () => {
    const stage = new Stage();
    let model = await stage.after(0);
    for (let reading = 0; reading < 240; reading++) model = await stage.after(5);
    const perMinute = (pid: number) => {
      const process = model.projects
        .flatMap(({ servers }) => servers.flatMap(({ processes }) => processes))
        .find((one) => one.pid === pid);
      const trend = process ? stage.history.trend(`process:${process.key}`) : null;
      return trend === null ? null : trend.perHour / MB / 60;
    };
    const [first, leaking, third] = workers(serverOf(model, 'project1'));
    expect(perMinute(leaking ?? 0)).toBeCloseTo(3, 0);
    expect(perMinute(serverOf(model, 'project2', 'celery-beat').head.pid)).toBeCloseTo(0.4, 1);
    for (const pid of [first, third]) expect(perMinute(pid ?? 0) ?? 0).toBeLessThan(0.1);
  });

  it('what there is to advise on, after some minutes', async () => {
    const stage = new Stage();
    let model = await stage.after(0);
    expect(model.host.memory.usedShare).toBeCloseTo(0.72, 1);
    for (let reading = 0; reading < 160; reading++) model = await stage.after(3);
    const advice = advise(model, stage.history).map(
      ({ about, kind }) => `${about.type === 'machine' ? '' : about.project.name} ${kind}`,
    );
    expect(advice).toEqual(expect.arrayContaining(['project2 beat', 'project2 idle-workers', 'project1 growing']));
  });

  it('connections that wait now and then, and are served in the end', async () => {
    const stage = new Stage();
    const queues: number[] = [];
    for (let second = 0; second < 900; second++) {
      queues.push(serverOf(await stage.after(1), 'project1').queue ?? Number.NaN);
    }
    expect(Math.max(...queues)).toBeGreaterThan(20);
    expect(queues.filter((queue) => queue === 0).length).toBeGreaterThan(450);
    const last = queues.findLastIndex((queue) => queue > 20);
    expect(queues.slice(last).some((queue) => queue === 0)).toBe(true);
  });
});

/** Scales with the real controller, until it is done. */
async function scale(stage: Stage, name: string, target: number, kind = 'gunicorn'): Promise<Operation> {
  let last: Operation | null = null;
  const controller = new Controller(demoSignals(stage.host), {
    operation: (operation) => {
      last = operation;
    },
    notice: (_, text) => {
      throw new Error(text);
    },
  });
  const model = await stage.after(1);
  controller.observe(model);
  controller.setTarget(serverOf(model, name, kind).key, target);
  for (let reading = 0; controller.busy && reading < 1000; reading++) controller.observe(await stage.after(0.1));
  if (last === null) throw new Error('nothing happened');
  return last;
}

describe('workers of the demo', () => {
  it('go when told, the oldest first, and give back what was theirs', async () => {
    const stage = new Stage();
    const before = await stage.after(0);
    const [oldest, ...others] = workers(serverOf(before, 'project1'));
    const own = serverOf(before, 'project1').processes.find(({ pid }) => pid === oldest)?.memory.uss ?? Number.NaN;
    const operation = await scale(stage, 'project1', 2);
    expect(operation).toMatchObject({ phase: 'done', from: 3, current: 2 });
    expect((operation.freed ?? 0) / own).toBeCloseTo(1, 1);
    const after = await stage.after(0);
    expect(workers(serverOf(after, 'project1'))).toEqual(others);
    expect((before.host.memory.used - after.host.memory.used) / own).toBeCloseTo(1, 1);
  });

  it('take some seconds where they have a long request at hand', async () => {
    const stage = new Stage();
    const quick = await scale(stage, 'project1', 2);
    const slow = await scale(stage, 'project2', 2);
    expect(slow.phase).toBe('done');
    const took = ({ startedAt, endedAt }: Operation) => ((endedAt ?? Number.NaN) - startedAt) / 1000;
    expect(took(quick)).toBeLessThan(2);
    expect(took(slow)).toBeGreaterThan(3);
  });

  it('come when told, as new processes that warm up', async () => {
    const stage = new Stage();
    const before = workers(serverOf(await stage.after(0), 'project2'));
    expect(await scale(stage, 'project2', 5)).toMatchObject({ phase: 'done', current: 5 });
    const grown = serverOf(await stage.after(0), 'project2');
    expect(workers(grown).slice(0, 3)).toEqual(before);
    expect(stage.host.scale(grown.head.pid, 1)).toBeNull();
    const young = await stage.after(1);
    expect(workers(serverOf(young, 'project2'))).toHaveLength(6);
    const warm = await stage.after(60);
    const newest = (model: Model) => serverOf(model, 'project2').processes.at(-1)?.memory.counted ?? Number.NaN;
    expect(newest(young)).toBeLessThan(0.9 * newest(warm));
  });

  it('of celery come and go too', async () => {
    const stage = new Stage();
    expect(await scale(stage, 'project2', 3, 'celery')).toMatchObject({ phase: 'done', current: 3 });
    expect(await scale(stage, 'project2', 1, 'celery')).toMatchObject({ phase: 'done', current: 1 });
  });

  it('are never fewer than one', async () => {
    const stage = new Stage();
    const { pid } = serverOf(await stage.after(0), 'project1').head;
    for (let signal = 0; signal < 5; signal++) expect(stage.host.scale(pid, -1)).toBeNull();
    expect(workers(serverOf(await stage.after(10), 'project1'))).toHaveLength(1);
  });

  it('are replaced when recycled or killed, all of them at a reload', async () => {
    const stage = new Stage();
    const { head } = serverOf(await stage.after(0), 'project1');
    const now = async (seconds: number) => workers(serverOf(await stage.after(seconds), 'project1'));
    const [first = 0, second = 0, third = 0] = await now(0);
    expect(stage.host.act('recycle', first)).toBeNull();
    expect(stage.host.act('kill', second)).toBeNull();
    expect(await now(0)).toEqual([first, third]);
    const replaced = await now(5);
    expect(replaced).toHaveLength(3);
    expect(replaced).not.toContain(first);
    expect(stage.host.act('reload', head.pid)).toBeNull();
    const reloaded = await now(5);
    expect(reloaded).toHaveLength(3);
    expect(reloaded.filter((pid) => replaced.includes(pid))).toEqual([]);
  });

  it('go with their master, and nothing reaches a process that has ended', async () => {
    for (const [action, seconds] of [
      ['kill', 0],
      ['stop', 5],
    ] as const) {
      const stage = new Stage();
      const { pid } = serverOf(await stage.after(0), 'project1').head;
      expect(stage.host.act(action, pid)).toBeNull();
      const model = await stage.after(seconds);
      expect(model.projects.map(({ name }) => name)).not.toContain('project1');
      expect(stage.host.scale(pid, 1)).toBe(`${pid} has ended.`);
      expect(stage.host.act('kill', pid)).toBe(`${pid} has ended.`);
    }
  });

  it('that are too many are killed by a machine that has no memory left', async () => {
    const stage = new Stage();
    const model = await stage.after(0);
    for (let signal = 0; signal < 30; signal++) stage.host.scale(serverOf(model, 'project1').head.pid, 1);
    const { pressure, swap, memory } = (await stage.after(120)).host;
    expect(pressure?.oomKills).toBeGreaterThan(0);
    expect(swap.used).toBeLessThanOrEqual(swap.total);
    expect(memory.usedShare).toBeLessThan(1);
  });
});

describe('signals of the demo', () => {
  it('are refused where a real process would not handle them', async () => {
    const stage = new Stage();
    const model = await stage.after(0);
    const signals = demoSignals(stage.host);
    const nginx = serverOf(model, 'nginx', 'nginx');
    expect(signals.scale(nginx, -1)).toContain('nginx -s reload');
    const { processes } = serverOf(model, 'project1');
    const [, worker] = processes;
    expect(worker && signals.act('reload', worker, serverOf(model, 'project1'))).toContain('only a master reloads');
    expect(stage.host.scale(worker?.pid ?? 0, 1)).toContain('does not change');
    expect(stage.host.act('kill', 1)).toContain('never');
  });

  it('let a stopped process go on, which then hears what it was told meanwhile', async () => {
    const stage = new Stage();
    const stopped = (await stage.after(0)).system.processes.find(({ sample }) => sample.state === 'T');
    if (stopped === undefined) throw new Error('nothing is stopped');
    const signals = demoSignals(stage.host);
    const pids = async (seconds: number) => (await stage.after(seconds)).system.processes.map(({ pid }) => pid);
    expect(signals.act('stop', stopped, null)).toBeNull();
    expect(await pids(5)).toContain(stopped.pid);
    expect(signals.act('continue', stopped, null)).toBeNull();
    expect(await pids(5)).not.toContain(stopped.pid);
  });
});
