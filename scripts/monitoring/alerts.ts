import { metrics, sampleName } from '../../src/export/metric.ts';

const {
  workers,
  workersConfigured,
  recommended,
  queue,
  slotReadings,
  uss,
  memoryTotal,
  memoryAvailable,
  oomKills,
  readAt,
  dropped,
} = metrics;

interface Alert {
  readonly name: string;
  /** PromQL. */
  readonly expression: string;
  /** How long it must hold, such as `5m`. */
  readonly lasts: string;
  readonly severity: 'info' | 'warning';
  readonly summary: string;
  /** What to do. */
  readonly description: string;
}

const server = '{{ $labels.project }} {{ $labels.name }} on {{ $labels.instance }}';
const project = '{{ $labels.project }} on {{ $labels.instance }}';
const machine = '{{ $labels.instance }}';
const total = `sum by (instance, job) (${sampleName(memoryTotal)})`;
const available = `sum by (instance, job) (${sampleName(memoryAvailable)})`;
const readings = sampleName(slotReadings);

/** The alerts. Names of metrics come from their table. */
const alerts: readonly Alert[] = [
  {
    name: 'WorkertopRequestsQueue',
    expression: `min_over_time(${sampleName(queue)}[5m]) > 0`,
    lasts: '2m',
    severity: 'warning',
    summary: `Requests wait for ${server}`,
    description:
      'Connections have waited to be accepted at every reading of 5 minutes. workertop, key w, tells whether more workers would help.',
  },
  {
    name: 'WorkertopWorkersSaturated',
    expression: `sum without (state) (rate(${readings}{state="in_use",unit!="loop"}[10m])) / sum without (state) (rate(${readings}{unit!="loop"}[10m])) > 0.9`,
    lasts: '10m',
    severity: 'warning',
    summary: `Nearly all workers of ${server} are in use`,
    description: 'More than 90 % were in use over 10 minutes. The dashboard shows what they wait for.',
  },
  {
    name: 'WorkertopWorkersLost',
    expression: `${sampleName(workers)} < ${sampleName(workersConfigured)}`,
    lasts: '5m',
    severity: 'info',
    summary: `${server} runs fewer workers than are configured`,
    description: 'Workers were trimmed by a signal, which a restart forgets, or they fail to start.',
  },
  {
    name: 'WorkertopWorkersToSpare',
    expression: `(${sampleName(recommended)} < ${sampleName(workers)}) and on (instance, job) (${available} / ${total} < 0.3)`,
    lasts: '1h',
    severity: 'info',
    summary: `${server} has workers to spare, and memory is short`,
    description: '{{ $value }} workers would do. Less than 30 % of memory is available.',
  },
  {
    name: 'WorkertopMemoryShort',
    expression: `${available} / ${total} < 0.1`,
    lasts: '10m',
    severity: 'warning',
    summary: `Memory of ${machine} is short`,
    description: 'Less than 10 % is available. sudo workertop, then a, tells what can be trimmed.',
  },
  {
    name: 'WorkertopMemoryGrows',
    expression: `sum by (instance, job, project) (deriv(${sampleName(uss)}[6h])) * 86400 > on (instance, job) group_left () (0.2 * ${total})`,
    lasts: '1h',
    severity: 'warning',
    summary: `Memory of ${project} grows`,
    description: 'At the pace of 6 hours it takes another 20 % of the memory in a day. It may leak.',
  },
  {
    name: 'WorkertopOomKill',
    expression: `increase(${sampleName(oomKills)}[15m]) > 0`,
    lasts: '0m',
    severity: 'warning',
    summary: `The kernel of ${machine} killed a process for lack of memory`,
    description: 'journalctl -k names it.',
  },
  {
    name: 'WorkertopReadingStale',
    expression: `time() - ${sampleName(readAt)} > 120`,
    lasts: '2m',
    severity: 'warning',
    summary: `The figures of ${machine} are old`,
    description: 'The exporter answers but reads no more, or its textfile is not renewed.',
  },
  {
    name: 'WorkertopSeriesDropped',
    expression: `${sampleName(dropped)} > 0`,
    lasts: '1h',
    severity: 'info',
    summary: `${machine} has more projects than are exported`,
    description: 'The smallest are counted as project="other".',
  },
];

const text = (value: string) => `'${value.replace(/'/g, "''")}'`;

function rule({ name, expression, lasts, severity, summary, description }: Alert): string {
  return `      - alert: ${name}
        expr: ${text(expression)}
        for: ${lasts}
        labels:
          severity: ${severity}
        annotations:
          summary: ${text(summary)}
          description: ${text(description)}
`;
}

/** Alert rules for Prometheus, as YAML. */
export function alertRules(): string {
  return `# Alert rules for the metrics of workertop export. Made by \`npm run readme\` from scripts/monitoring/alerts.ts.
groups:
  - name: workertop
    rules:
${alerts.map(rule).join('')}`;
}

/** A table of the alerts, for the documentation. */
export function alertTable(): string {
  const rows = alerts.map(
    ({ name, severity, lasts, description }) =>
      `| \`${name}\` | ${severity} | ${lasts} | ${description.replace('{{ $value }} workers would do. ', '')} |`,
  );
  return ['| alert | severity | lasts | what it means |', '| --- | --- | --- | --- |', ...rows].join('\n');
}
