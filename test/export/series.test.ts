import { describe, expect, test } from 'vitest';
import type { Sample } from '../../src/export/exposition.ts';
import { type Metric, metrics } from '../../src/export/metric.ts';
import { limits, Series } from '../../src/export/series.ts';
import { buildModel } from '../../src/model/build.ts';
import type { Model } from '../../src/model/model.ts';
import type { ProcessSample } from '../../src/snapshot.ts';
import { gunicorn, own } from '../helpers/models.ts';
import { MB, snapshot } from '../helpers/samples.ts';

const START = 100_000;

function modelOf(processes: readonly ProcessSample[], uptime = START): Model {
  return buildModel(snapshot(processes, { uptime }), null, { memoryTotal: null });
}

function scraped(...models: readonly Model[]): readonly Sample[] {
  const series = new Series('1.2.3');
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
    const series = new Series('1');
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
    const series = new Series('1');
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
    expect(samples.length).toBeLessThanOrEqual(limits.series + 1);
    expect(values(samples, metrics.dropped)['']).toBeGreaterThan(0);
    const pss = values(samples, metrics.pss);
    const all = Object.values(pss).reduce((sum, value) => sum + value, 0);
    const exact = modelOf(many).projects.reduce((sum, { memory }) => sum + (memory.pss ?? 0), 0);
    expect(Object.keys(pss)).toContain('other   ');
    expect(all).toBeCloseTo(exact);
  });
});
