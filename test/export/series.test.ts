import { describe, expect, test } from 'vitest';
import type { Sample } from '../../src/export/exposition.ts';
import { type Metric, metrics } from '../../src/export/metric.ts';
import { limits, Series } from '../../src/export/series.ts';
import { Observations } from '../../src/model/activity/observations.ts';
import { buildModel } from '../../src/model/build.ts';
import type { Model } from '../../src/model/model.ts';
import type { Doing, ProcessSample } from '../../src/snapshot.ts';
import { gunicorn, own } from '../helpers/models.ts';
import { MB, snapshot } from '../helpers/samples.ts';

const START = 100_000;

function modelOf(processes: readonly ProcessSample[], uptime = START): Model {
  return buildModel(snapshot(processes, { uptime }), null, { memoryTotal: null });
}

function scraped(...models: readonly Model[]): readonly Sample[] {
  const series = new Series('1.2.3', new Observations());
  for (const model of models) series.observe(model);
  return series.scrape();
}

function values(samples: readonly Sample[], metric: Metric): Record<string, number> {
  return Object.fromEntries(
    samples.filter((sample) => sample.metric === metric).map(({ labels, value }) => [labels.join(' '), value]),
  );
}

const two = [{ memory: own(100) }, { memory: own(100) }];

describe('series of a machine', () => {
  test('memory, workers and queue of a server are told without its pids', () => {
    const samples = scraped(modelOf(gunicorn({ pid: 1000, workers: two, queue: 3 })));
    expect(values(samples, metrics.workers)).toEqual({ 'project1 gunicorn project1.wsgi': 2 });
    expect(values(samples, metrics.queue)).toEqual({ 'project1 gunicorn project1.wsgi': 3 });
    expect(values(samples, metrics.uss)['project1 gunicorn project1.wsgi worker']).toBe(200 * MB);
    expect(values(samples, metrics.trimFrees)).toEqual({ 'project1 gunicorn project1.wsgi': 100 * MB });
  });

  test('a worker that was replaced makes no new series', () => {
    const before = modelOf(gunicorn({ pid: 1000, workers: two }));
    const replaced = gunicorn({ pid: 1000, workers: two }).map((process) =>
      process.pid === 1002 ? { ...process, pid: 1777, startTicks: process.startTicks + 5000 } : process,
    );
    const series = new Series('1', new Observations());
    series.observe(before);
    const names = series.scrape().map(({ metric, labels }) => [metric.name, ...labels].join(' '));
    series.observe(modelOf(replaced, START + 60));
    const after = series.scrape();
    expect(after.map(({ metric, labels }) => [metric.name, ...labels].join(' '))).toEqual(names);
    expect(values(after, metrics.restarts)).toEqual({ 'project1 gunicorn project1.wsgi': 1 });
  });

  test('CPU time counts from when a server is first seen and never falls when a worker ends', () => {
    const at = (uptime: number, workers: number) =>
      modelOf(gunicorn({ pid: 1000, workers: Array.from({ length: workers }, () => ({ cpu: 0.5 })) }, uptime), uptime);
    const series = new Series('1', new Observations());
    const cpu = (model: Model) => {
      series.observe(model);
      return values(series.scrape(), metrics.cpu)['project1 gunicorn project1.wsgi worker'];
    };
    expect(cpu(at(START + 100, 2))).toBe(0);
    expect(cpu(at(START + 110, 2))).toBeCloseTo(10);
    expect(cpu(at(START + 120, 1))).toBeCloseTo(15);
  });

  test('a server that is gone is absent at once', () => {
    const samples = scraped(modelOf(gunicorn({ pid: 1000, workers: two })), modelOf([], START + 10));
    expect(values(samples, metrics.workers)).toEqual({});
  });

  test('two servers of one app are told apart by their addresses', () => {
    const samples = scraped(
      modelOf([...gunicorn({ pid: 1000, workers: two }), ...gunicorn({ pid: 2000, workers: two })]),
    );
    const names = Object.keys(values(samples, metrics.workers));
    expect(names).toEqual([
      'project1 gunicorn project1.wsgi@127.0.0.1:1000',
      'project1 gunicorn project1.wsgi@127.0.0.1:2000',
    ]);
  });

  test('unknown figures are absent, not 0', () => {
    const samples = scraped(modelOf(gunicorn({ pid: 1000, workers: two, queue: null })));
    expect(values(samples, metrics.queue)).toEqual({});
  });

  test('projects beyond the limit are counted together, and series beyond the limit are told', () => {
    const many = Array.from({ length: limits.projects + 50 }, (_, index) =>
      gunicorn({ pid: 10_000 + index * 10, project: `site${index}`, workers: two }),
    ).flat();
    const samples = scraped(modelOf(many));
    expect(samples.length).toBeLessThanOrEqual(limits.series);
    expect(values(samples, metrics.dropped)['']).toBeGreaterThan(0);
    const pss = values(samples, metrics.pss);
    const all = Object.values(pss).reduce((sum, value) => sum + value, 0);
    const exact = modelOf(many).projects.reduce((sum, { memory }) => sum + (memory.pss ?? 0), 0);
    expect(Object.keys(pss)).toContain('other   ');
    expect(all).toBeCloseTo(exact);
  });
});

const database = { wait: 'net', port: 5432, local: false } as const;

/** A model at so many seconds, whose workers do what is given. */
function doing(uptime: number, ...all: readonly Doing[]): Model {
  const [master, ...workers] = gunicorn({ pid: 1000, workers: all.map(() => ({ inUse: null })) }, uptime);
  const busy = workers.map((worker, index) => ({
    ...worker,
    activity: { by: 'process', doing: [all[index] ?? 'idle'] } as const,
  }));
  return modelOf(master === undefined ? [] : [master, ...busy], uptime);
}

describe('what workers do', () => {
  const name = 'project1 gunicorn project1.wsgi';

  test('those in use are told of all, now and at most', () => {
    const series = new Series('1', new Observations());
    series.observe(doing(START, 'cpu', database));
    series.observe(doing(START + 5, 'idle', 'idle'));
    const samples = series.scrape();
    expect(values(samples, metrics.slots)).toEqual({ [`${name} worker`]: 2 });
    expect(values(samples, metrics.slotsInUse)).toEqual({ [`${name} worker`]: 0 });
    expect(values(samples, metrics.slotsInUseMax)).toEqual({ [`${name} worker`]: 2 });
  });

  test('readings are counted, so that rates give the share in use and what was waited for', () => {
    const series = new Series('1', new Observations());
    series.observe(doing(START, 'cpu', database));
    series.observe(doing(START + 5, 'idle', database));
    const samples = series.scrape();
    expect(values(samples, metrics.slotReadings)).toEqual({ [`${name} worker in_use`]: 3, [`${name} worker idle`]: 1 });
    expect(values(samples, metrics.waitReadings)).toEqual({ [`${name} cpu `]: 1, [`${name} net 5432`]: 2 });
  });

  test('an app that connects to a hundred ports makes no hundred series', () => {
    const series = new Series('1', new Observations());
    for (let port = 0; port < 100; port++)
      series.observe(doing(START + port, { wait: 'net', port: 40_000 + port, local: false }));
    const waits = values(series.scrape(), metrics.waitReadings);
    expect(Object.keys(waits)).toHaveLength(9);
    expect(waits[`${name} net other`]).toBe(92);
  });

  test('what cannot be told is absent', () => {
    const samples = scraped(modelOf(gunicorn({ pid: 1000, workers: [{ inUse: null }, { inUse: null }] })));
    const absent = [metrics.slots, metrics.slotsInUse, metrics.slotReadings, metrics.recommendation];
    for (const metric of absent) expect(values(samples, metric)).toEqual({});
  });

  test('a recommendation is absent at first and told after an hour of load', () => {
    const observations = new Observations();
    const series = new Series('1', observations);
    let model = modelOf([]);
    const watch = (from: number, to: number) => {
      for (let elapsed = from; elapsed < to; elapsed += 5) {
        const workers = Array.from({ length: 4 }, () => ({ inUse: 0.1, memory: own(100) }));
        model = modelOf(gunicorn({ pid: 1000, workers }, START + elapsed), START + elapsed);
        observations.record(model);
      }
      series.observe(model);
      return series.scrape();
    };
    const first = watch(0, 10);
    expect(values(first, metrics.recommended)).toEqual({});
    expect(values(first, metrics.recommendation)).toEqual({});
    const told = watch(10, 3700);
    expect(values(told, metrics.recommended)[name]).toBeLessThan(4);
    expect(values(told, metrics.recommendation)).toEqual({
      [`${name} fewer`]: 1,
      [`${name} keep`]: 0,
      [`${name} more`]: 0,
    });
    expect(values(told, metrics.observed)[name]).toBeGreaterThan(3600);
    expect(Object.keys(values(told, metrics.expectedWait))).toEqual([`${name} -1`, `${name} 0`]);
  });
});
