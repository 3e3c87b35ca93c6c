import { isDeepStrictEqual } from 'node:util';
import { buildModel } from '../../src/model/build.ts';
import { History } from '../../src/model/history/history.ts';
import type { Model } from '../../src/model/model.ts';
import type { HostSample, MemoryReading, ProcessSample, ProcessState, Snapshot } from '../../src/snapshot.ts';
import { caught, directory, host, MB, sample, snapshot } from './samples.ts';

export interface WorkerOptions {
  readonly memory?: Partial<MemoryReading>;
  /** Fraction of a core. */
  readonly cpu?: number;
  /** Of the readings, the share in which it is in use; at least what it computes. Null where that is not known. */
  readonly inUse?: number | null;
  readonly state?: ProcessState;
}

export interface GunicornOptions {
  readonly pid: number;
  readonly project?: string;
  /** Oldest first: pid + 1 and so on. */
  readonly workers: readonly WorkerOptions[];
  readonly queue?: number | null;
  /** Connections closed in the last minute. */
  readonly closed?: number;
  readonly caught?: number | null;
  readonly state?: ProcessState;
  /** Of the master. */
  readonly memory?: Partial<MemoryReading>;
}

const START = 100_000;
const TICKS = 100;

/** A gunicorn master and its workers as they are `uptime` seconds after boot. */
export function gunicorn(options: GunicornOptions, uptime = START): readonly ProcessSample[] {
  const { pid, project = 'project1', queue = 0, closed } = options;
  const argv = ['/venv/bin/python', '/venv/bin/gunicorn', `${project}.wsgi`];
  const common = { argv, cwd: `/srv/sites/${project}`, directory: directory(`/srv/sites/${project}`) };
  const master = sample({
    ...common,
    pid,
    state: options.state ?? 'S',
    caught: options.caught === undefined ? caught.gunicornMaster : options.caught,
    listeners:
      queue === null
        ? null
        : [{ address: `127.0.0.1:${pid}`, inode: pid, queue, ...(closed === undefined ? {} : { closed }) }],
    ...(options.memory ? { memory: options.memory } : {}),
  });
  const workers = options.workers.map((worker, index) =>
    sample({
      ...common,
      pid: pid + 1 + index,
      ppid: pid,
      caught: caught.gunicornWorker,
      state: worker.state ?? 'S',
      cpuTicks: Math.round((worker.cpu ?? 0) * (uptime - START) * TICKS),
      ...activityOf(worker, index, uptime),
      ...(worker.memory ? { memory: worker.memory } : {}),
    }),
  );
  return [master, ...workers];
}

const database = { wait: 'net', port: 5432, local: false } as const;

/** In use in that share of the readings, at other ones than the next worker. */
function activityOf({ cpu = 0, inUse = cpu }: WorkerOptions, index: number, uptime: number) {
  if (inUse === null) return {};
  // The golden ratio spreads them evenly.
  const phase = (uptime * 0.5 * 0.6180339887 + index * 0.37) % 1;
  return { activity: { by: 'process', doing: [phase < cpu ? 'cpu' : phase < inUse ? database : 'idle'] } } as const;
}

/** Exact figures of a worker that shares a tenth of its memory. */
export function own(megabytes: number): Partial<MemoryReading> {
  return { rss: megabytes * 1.1 * MB, pss: megabytes * 1.02 * MB, uss: megabytes * MB };
}

/** A machine that has so much memory in use, of 1.5 GB unless told otherwise. Bytes. */
export function hostUsing(used: number, total = 1536 * MB, options: Partial<HostSample> = {}): HostSample {
  const base = host(options);
  const memory = { ...base.memory, total, free: total - used, available: total - used, cache: 0 };
  return { ...base, memory };
}

export interface Watch {
  readonly model: Model;
  readonly history: History;
}

/** As a source gives them: what has not changed since the reading before is the same object. */
function sharing(processes: readonly ProcessSample[], previous: Snapshot | null): readonly ProcessSample[] {
  if (previous === null) return processes;
  const before = new Map(previous.processes.map((one) => [one.pid, one]));
  return processes.map((one) => {
    const old = before.get(one.pid);
    if (old === undefined) return one;
    const facts = isDeepStrictEqual(one.facts, old.facts) ? old.facts : one.facts;
    const memory = isDeepStrictEqual(one.memory, old.memory) ? old.memory : one.memory;
    return { ...one, facts, memory };
  });
}

/** What is seen of a machine that is read every `delay` seconds, from its start and for so many seconds. */
export function watch(
  seconds: number,
  processesAt: (elapsed: number, uptime: number) => readonly ProcessSample[],
  options: {
    readonly delay?: number;
    readonly host?: HostSample | ((elapsed: number) => HostSample);
    readonly history?: History;
    readonly self?: number | null;
    /** Seconds after the usual start at which it is read first. */
    readonly from?: number;
  } = {},
): Watch {
  const { delay = 2, history = new History(), self = null, from = 0 } = options;
  let previous: Snapshot | null = null;
  let model: Model | null = null;
  for (let elapsed = from; elapsed <= from + seconds; elapsed += delay) {
    const uptime = START + elapsed;
    const processes = sharing(processesAt(elapsed, uptime), previous);
    const next: Snapshot = snapshot(processes, {
      uptime,
      at: Date.UTC(2026, 10, 23, 3) + elapsed * 1000,
      self,
      host: typeof options.host === 'function' ? options.host(elapsed) : (options.host ?? host()),
    });
    model = buildModel(next, previous, { memoryTotal: null });
    history.record(model);
    previous = next;
  }
  if (model === null) throw new Error('watch needs at least one reading');
  return { model, history };
}
