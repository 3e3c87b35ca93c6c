import { type Metric, metrics, sampleName } from '../../src/export/metric.ts';

/** A table of all metrics, for the documentation. */
export function metricTable(): string {
  const all: readonly Metric[] = Object.values(metrics);
  const rows = all.map((metric) => {
    const labels = metric.labels.map((name) => `\`${name}\``).join(', ');
    return `| \`${sampleName(metric)}\` | ${metric.type === 'info' ? 'gauge' : metric.type} | ${labels} | ${metric.help} |`;
  });
  return ['| metric | type | labels | what it is |', '| --- | --- | --- | --- |', ...rows].join('\n');
}
