import { metrics, sampleName } from '../../src/export/metric.ts';

const {
  pss,
  memoryTotal,
  memoryAvailable,
  slotReadings,
  waitReadings,
  queue,
  queueInside,
  workers,
  workersConfigured,
  recommended,
  trimFrees,
  expectedWait,
  cpu,
  restarts,
  oomKills,
  swap,
} = metrics;

/** What Grafana asks Prometheus: of the chosen machines, and of the chosen projects where there are any. */
const machines = 'instance=~"$instance"';
const projects = `${machines},project=~"$project"`;
const of = (metric: (typeof metrics)[keyof typeof metrics], filter: string) => `${sampleName(metric)}{${filter}}`;

interface Query {
  readonly expression: string;
  readonly legend: string;
}

/** A panel as Grafana's JSON has it, without its place. */
interface Panel {
  readonly type: 'timeseries' | 'stat' | 'table' | 'text';
  readonly title: string;
  readonly description: string;
  readonly unit: string;
  readonly queries: readonly Query[];
  readonly stacked?: boolean;
  /** Width of 24 columns, and height in grid units of 30 pixels. */
  readonly width: number;
  readonly height: number;
}

const rate = (counter: string) => `rate(${counter}[$__rate_interval])`;
const server = '{{project}} {{name}}';

const panels: readonly Panel[] = [
  {
    type: 'stat',
    title: 'Memory available',
    description: 'Memory that programs could still take without swapping, as a share of all.',
    unit: 'percentunit',
    queries: [
      {
        expression: `sum by (instance) (${of(memoryAvailable, machines)}) / sum by (instance) (${of(memoryTotal, machines)})`,
        legend: '{{instance}}',
      },
    ],
    width: 12,
    height: 4,
  },
  {
    type: 'stat',
    title: 'Processes killed for lack of memory',
    description: 'By the kernel, in the range of time shown.',
    unit: 'none',
    queries: [{ expression: `increase(${of(oomKills, machines)}[$__range])`, legend: '{{instance}}' }],
    width: 12,
    height: 4,
  },
  {
    type: 'timeseries',
    title: 'Memory by project',
    description: 'PSS: shared memory is divided among its users, so the parts add up.',
    unit: 'bytes',
    stacked: true,
    queries: [{ expression: `sum by (project) (${of(pss, projects)})`, legend: '{{project}}' }],
    width: 12,
    height: 9,
  },
  {
    type: 'timeseries',
    title: 'Workers in use',
    description: 'Share of the readings in which a worker, thread or event loop held a request.',
    unit: 'percentunit',
    queries: [
      {
        expression: `sum by (project, name) (${rate(of(slotReadings, `${projects},state="in_use"`))}) / sum by (project, name) (${rate(of(slotReadings, projects))})`,
        legend: server,
      },
    ],
    width: 12,
    height: 9,
  },
  {
    type: 'timeseries',
    title: 'Connections that wait',
    description: 'Waiting to be accepted, and accepted but waiting for a thread.',
    unit: 'none',
    queries: [
      { expression: `sum by (project, name) (${of(queue, projects)})`, legend: server },
      { expression: `sum by (project, name) (${of(queueInside, projects)})`, legend: `${server} inside` },
    ],
    width: 12,
    height: 8,
  },
  {
    type: 'timeseries',
    title: 'What workers in use wait for',
    description: 'Shares of the readings of workers in use. cpu: they compute. net: a database or an API, by its port.',
    unit: 'percentunit',
    stacked: true,
    queries: [
      {
        expression: `sum by (wait, port) (${rate(of(waitReadings, projects))}) / on () group_left () sum(${rate(of(waitReadings, projects))})`,
        legend: '{{wait}} {{port}}',
      },
    ],
    width: 12,
    height: 8,
  },
  {
    type: 'timeseries',
    title: 'Workers',
    description: 'Running, and configured for the next restart.',
    unit: 'none',
    queries: [
      { expression: `sum by (project, name) (${of(workers, projects)})`, legend: server },
      { expression: `sum by (project, name) (${of(workersConfigured, projects)})`, legend: `${server} configured` },
    ],
    width: 12,
    height: 8,
  },
  {
    type: 'timeseries',
    title: 'CPU by project',
    description: 'Cores in use.',
    unit: 'none',
    stacked: true,
    queries: [{ expression: `sum by (project) (${rate(of(cpu, projects))})`, legend: '{{project}}' }],
    width: 12,
    height: 8,
  },
  {
    type: 'timeseries',
    title: 'Swap by project',
    description: 'Memory that is in swap.',
    unit: 'bytes',
    stacked: true,
    queries: [{ expression: `sum by (project) (${of(swap, projects)})`, legend: '{{project}}' }],
    width: 12,
    height: 8,
  },
  {
    type: 'timeseries',
    title: 'Workers that came, per hour',
    description: 'Workers that crash, or are recycled.',
    unit: 'none',
    queries: [{ expression: `sum by (project, name) (${rate(of(restarts, projects))}) * 3600`, legend: server }],
    width: 12,
    height: 8,
  },
  {
    type: 'table',
    title: 'How many workers would do',
    description: 'Of all machines. Servers of which nothing can be told are not listed.',
    unit: 'none',
    queries: [
      { expression: `sum by (instance, project, name) (${of(workers, projects)})`, legend: 'Running' },
      { expression: `sum by (instance, project, name) (${of(recommended, projects)})`, legend: 'Would do' },
      { expression: `sum by (instance, project, name) (${of(trimFrees, projects)})`, legend: 'One fewer frees' },
      {
        expression: `sum by (instance, project, name) (${of(expectedWait, `${projects},change="-1"`)})`,
        legend: 'Would then wait',
      },
    ],
    width: 24,
    height: 9,
  },
];

const datasource = { type: 'prometheus', uid: '$datasource' } as const;

/** Columns of the table that are no plain numbers, by the letter of their query. */
const tableUnits = [
  ['C', 'bytes'],
  ['D', 'percentunit'],
] as const;

function tableParts({ queries }: Panel): object {
  const letters = queries.map((_, index) => String.fromCharCode(65 + index));
  const names = queries.map(({ legend }, index) => [`Value #${letters[index]}`, legend] as const);
  return {
    transformations: [
      { id: 'merge', options: {} },
      {
        id: 'organize',
        options: { excludeByName: { Time: true }, indexByName: {}, renameByName: Object.fromEntries(names) },
      },
    ],
    overrides: tableUnits.map(([letter, unit]) => ({
      matcher: { id: 'byFrameRefID', options: letter },
      properties: [{ id: 'unit', value: unit }],
    })),
  };
}

interface Place {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

/** From left to right, then in the next row. */
function places(): readonly Place[] {
  let [x, y] = [0, 0];
  return panels.map(({ width: w, height: h }) => {
    const place = { x, y, w, h };
    x += w;
    if (x >= 24) [x, y] = [0, y + h];
    return place;
  });
}

function panelJson(panel: Panel, index: number, gridPos: Place | undefined): object {
  const { type, title, description, unit, queries, stacked = false } = panel;
  const isTable = type === 'table';
  const { overrides = [], ...rest } = (isTable ? tableParts(panel) : {}) as { readonly overrides?: readonly object[] };
  const custom = { fillOpacity: stacked ? 60 : 10, stacking: { mode: stacked ? 'normal' : 'none', group: 'A' } };
  return {
    id: index + 1,
    type,
    title,
    description,
    datasource,
    gridPos,
    fieldConfig: { defaults: { unit, min: 0, ...(type === 'timeseries' ? { custom } : {}) }, overrides },
    options: type === 'timeseries' ? { legend: { displayMode: 'list', placement: 'bottom' } } : {},
    targets: queries.map(({ expression, legend }, query) => ({
      refId: String.fromCharCode(65 + query),
      datasource,
      expr: expression,
      legendFormat: legend,
      ...(isTable || type === 'stat' ? { instant: true, range: false } : { range: true }),
      ...(isTable ? { format: 'table' } : {}),
    })),
    ...rest,
  };
}

function variable(name: string, label: string, query: string): object {
  return {
    ...{ name, label, type: 'query', datasource, query: { query, refId: name }, definition: query },
    ...{ includeAll: true, multi: true, allValue: '.*', refresh: 2, sort: 1 },
    current: { text: 'All', value: '$__all' },
  };
}

/** A dashboard for Grafana 10 or newer, as JSON. */
export function grafanaDashboard(): string {
  const [at, members] = [places(), sampleName(pss)];
  const dashboard = {
    ...{ uid: 'workertop', title: 'workertop', tags: ['workertop'], editable: true, schemaVersion: 39, version: 1 },
    ...{ refresh: '30s', timezone: 'browser', time: { from: 'now-24h', to: 'now' }, graphTooltip: 1 },
    annotations: { list: [] },
    links: [],
    templating: {
      list: [
        { name: 'datasource', label: 'Data source', type: 'datasource', query: 'prometheus', refresh: 1 },
        variable('instance', 'Machine', `label_values(${sampleName(memoryTotal)}, instance)`),
        variable('project', 'Project', `label_values(${members}{instance=~"$instance"}, project)`),
      ],
    },
    panels: panels.map((panel, index) => panelJson(panel, index, at[index])),
  };
  return `${JSON.stringify(dashboard, null, 2)}\n`;
}
