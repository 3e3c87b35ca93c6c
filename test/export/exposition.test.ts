import { describe, expect, test } from 'vitest';
import { exposition, formatFor, Texts } from '../../src/export/exposition.ts';
import { type Metric, metrics, sampleName } from '../../src/export/metric.ts';

const counter: Metric = {
  name: 'workertop_cpu_seconds',
  type: 'counter',
  help: 'Used.',
  unit: 'seconds',
  labels: ['project'],
};
const info: Metric = { name: 'workertop_build', type: 'info', help: 'The version.', unit: null, labels: ['version'] };

describe('the text of a scrape', () => {
  test("Prometheus' format names the sample in its heading and knows no info", () => {
    const text = exposition(
      [
        { metric: counter, labels: ['shop'], value: 1.5 },
        { metric: info, labels: ['1'], value: 1 },
      ],
      'prometheus',
    );
    expect(text.split('\n')).toEqual([
      '# HELP workertop_cpu_seconds_total Used.',
      '# TYPE workertop_cpu_seconds_total counter',
      'workertop_cpu_seconds_total{project="shop"} 1.5',
      '# HELP workertop_build_info The version.',
      '# TYPE workertop_build_info gauge',
      'workertop_build_info{version="1"} 1',
      '',
    ]);
  });

  test('OpenMetrics names the family, its unit, and the end', () => {
    const text = exposition([{ metric: counter, labels: ['shop'], value: 2 }], 'openmetrics');
    expect(text.split('\n')).toEqual([
      '# HELP workertop_cpu_seconds Used.',
      '# TYPE workertop_cpu_seconds counter',
      '# UNIT workertop_cpu_seconds seconds',
      'workertop_cpu_seconds_total{project="shop"} 2',
      '# EOF',
      '',
    ]);
  });

  test('quotes, backslashes and newlines in a name are escaped', () => {
    const text = exposition([{ metric: counter, labels: ['a"b\\c\nd'], value: 1 }], 'prometheus');
    expect(text).toContain('{project="a\\"b\\\\c\\nd"} 1');
  });

  test('samples of one metric stand together whatever their order', () => {
    const samples = ['a', 'b'].flatMap((name) => [
      { metric: counter, labels: [name], value: 1 },
      { metric: info, labels: [name], value: 1 },
    ]);
    const names = exposition(samples, 'prometheus')
      .split('\n')
      .map((line) => line.split('{')[0]);
    expect(names.filter((name) => name === 'workertop_cpu_seconds_total')).toHaveLength(2);
    expect(names.indexOf('workertop_build_info')).toBeGreaterThan(names.lastIndexOf('workertop_cpu_seconds_total'));
  });

  test.each([
    [undefined, 'prometheus'],
    ['text/plain;version=0.0.4', 'prometheus'],
    ['application/openmetrics-text;version=1.0.0;q=0.8,text/plain;version=0.0.4;q=0.5', 'openmetrics'],
  ])('a scrape that accepts %s gets %s', (accept, format) => {
    expect(formatFor(accept)).toBe(format);
  });
});

test('texts follow each reading, in the formats that were asked for', () => {
  const texts = new Texts();
  expect(texts.of('openmetrics').toString()).toBe('# EOF\n');
  texts.renew([{ metric: counter, labels: ['shop'], value: 1 }]);
  expect(texts.of('openmetrics').toString()).toContain('{project="shop"} 1\n');
  texts.renew([{ metric: counter, labels: ['shop'], value: 2 }]);
  expect(texts.of('openmetrics').toString()).toContain('{project="shop"} 2\n');
  expect(texts.of('prometheus').toString()).toContain('{project="shop"} 2\n');
});

describe('the table of metrics', () => {
  const all: readonly Metric[] = Object.values(metrics);

  test('every name is distinct and follows the conventions for names', () => {
    const names = all.map(sampleName);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^workertop_[a-z]+(?:_[a-z]+)*$/);
  });

  test('no metric has a pid among its labels', () => {
    expect(all.filter(({ labels }) => labels.includes('pid'))).toEqual([]);
  });
});
