/** Metric types of the Prometheus data model. */
export type MetricType = 'gauge' | 'counter' | 'info';

export interface Metric {
  /** With prefix and unit, without the `_total` or `_info` that the type adds. */
  readonly name: string;
  readonly type: MetricType;
  /** One sentence. */
  readonly help: string;
  /** The base unit that the name ends with; null for a plain number. */
  readonly unit: (typeof units)[number] | null;
  readonly labels: readonly string[];
}

/** Prometheus' base units that occur. */
const units = ['bytes', 'seconds', 'ratio'] as const;

const server = ['project', 'server', 'name'] as const;
const member = [...server, 'role'] as const;
const slot = [...server, 'unit'] as const;

/**
 * Every metric that `workertop export` serves. The table in the documentation is generated from this one. Names follow
 * Prometheus' conventions: base units, `_total` for counters, no pid in a label.
 */
export const metrics = {
  build: info('build', 'Version of workertop.', ['version']),
  project: info('project', 'Directory and virtualenv of a project.', ['project', 'directory', 'virtualenv', 'python']),
  server: info('server', 'The version and the addresses of a server.', [...server, 'version', 'bind']),
  memoryTotal: gauge('memory_total_bytes', 'Memory of the machine, or its limit if that is lower.', ['limited_by']),
  memoryAvailable: gauge('memory_available_bytes', 'Memory that programs could still take without swapping.'),
  processes: gauge('processes', 'Processes, by whether their memory was read exactly.', ['exact']),
  pss: gauge('memory_pss_bytes', 'Proportional set size. The sum over all series is what processes use.', member),
  uss: gauge('memory_uss_bytes', 'Unique set size: memory that no other process shares.', member),
  swap: gauge('memory_swap_bytes', 'Proportional size in swap.', member),
  serverProcesses: gauge('server_processes', 'Processes of a server.', member),
  workers: gauge('workers', 'Running workers.', server),
  workersConfigured: gauge('workers_configured', 'Configured workers: the number after a restart.', server),
  workersFloor: gauge('workers_floor', 'The fewest workers that a trim leaves.', server),
  trimFrees: gauge('trim_frees_bytes', 'Memory that would be available again with one worker fewer.', server),
  queue: gauge('queue_connections', 'Connections that wait to be accepted.', server),
  queueMax: gauge('queue_connections_max', 'Longest queue since the last scrape but one.', server),
  queueInside: gauge('queue_inside_connections', 'Connections that were accepted and wait for a thread.', server),
  slots: gauge('worker_slots', 'Workers, threads or event loops that can hold requests.', slot),
  slotsInUse: gauge('worker_slots_in_use', 'Worker slots that held a request.', slot),
  slotsInUseMax: gauge(
    'worker_slots_in_use_max',
    'Most worker slots in use at once since the last scrape but one.',
    slot,
  ),
  slotReadings: counter('worker_slot_readings', 'Readings of worker slots, by whether each held a request.', [
    ...slot,
    'state',
  ]),
  waitReadings: counter('worker_wait_readings', 'Readings of worker slots in use, by what each waited for.', [
    ...server,
    'wait',
    'port',
  ]),
  observed: gauge('observed_seconds', 'How long the workers of a server were watched in the last week.', server),
  recommended: gauge('recommended_workers', 'The number of workers that would be enough, as far as is known.', server),
  recommendation: gauge('recommendation', '1 for what is recommended, else 0. Absent while nothing is known.', [
    ...server,
    'advice',
  ]),
  expectedWait: gauge(
    'expected_wait_ratio',
    'The largest share of requests expected to wait, with as many workers as now or one fewer.',
    [...server, 'change'],
  ),
  cpu: counter('cpu_seconds', 'CPU time used by the processes of a server since they were first seen.', member),
  restarts: counter('worker_starts', 'Workers that started since the server was first seen.', server),
  oomKills: counter('oom_kills', 'Processes that the kernel killed for lack of memory since boot.'),
  dropped: gauge('series_dropped', 'Series that were folded into project="other" to bound their number.'),
  readAt: gauge('reading_timestamp_seconds', 'When the figures were read, in seconds since 1970.'),
} as const satisfies Readonly<Record<string, Metric>>;

/** The full name of a sample: counters end with `_total`, infos with `_info`. */
export function sampleName({ name, type }: Metric): string {
  if (type === 'counter') return `${name}_total`;
  return type === 'info' ? `${name}_info` : name;
}

function gauge(name: string, help: string, labels: readonly string[] = []): Metric {
  return make(name, 'gauge', help, labels);
}

function counter(name: string, help: string, labels: readonly string[] = []): Metric {
  return make(name, 'counter', help, labels);
}

function info(name: string, help: string, labels: readonly string[]): Metric {
  return make(name, 'info', help, labels);
}

function make(name: string, type: MetricType, help: string, labels: readonly string[]): Metric {
  const unit = units.find((suffix) => name.endsWith(`_${suffix}`)) ?? null;
  return { name: `workertop_${name}`, type, help, unit, labels };
}
