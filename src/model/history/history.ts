import type { ProcessKey } from '../../snapshot.ts';
import { type UseShare, Waits } from '../activity/waits.ts';
import type { Model, ProcessNode, Server } from '../model.ts';
import { sumKnown } from '../rates.ts';
import { BUCKET_SECONDS, BUCKETS, Series } from './series.ts';
import { type Trend, trend } from './trend.ts';

/** Whose figures: a server and its head process have one key, so the id says which is meant. */
export type HistoryId = 'host' | 'system' | `project:${string}` | `server:${ProcessKey}` | `process:${ProcessKey}`;

/**
 * `memory`: bytes, as counted for shares (of the host: used). `cpu`: fraction of one core. `queue`: connections
 * waiting. `workers`: their number. `inUse`: share of a server's workers, threads or loops that were in use, 0 to 1. `cpuShare`: share of
 * their time that its workers spent on CPU, 0 to 1.
 * Of the host, `swapIn`: bytes per second; `oomKills`: their number since boot.
 */
export type Measure = 'memory' | 'cpu' | 'queue' | 'workers' | 'inUse' | 'cpuShare' | 'swapIn' | 'oomKills';

/** Means over buckets of 15 seconds, oldest first, without those in which nothing was known. */
export interface Points {
  /** Seconds since boot. */
  readonly times: readonly number[];
  /** Wall clock, milliseconds since 1970. */
  readonly at: readonly number[];
  readonly values: readonly number[];
}

/** Something that happened, to be shown in a chart. */
export interface Mark {
  /** Wall clock, milliseconds since 1970. */
  readonly at: number;
  readonly text: string;
}

/** What has ended is forgotten after this many seconds, and sooner when much has. */
const REMEMBERED_SECONDS = 600;
const MOST_ENDED = 500;
const MOST_MARKS = 200;

interface Track {
  /** Seconds since boot. */
  seen: number;
  readonly series: Map<Measure, Series>;
  trend: { readonly bucket: number; readonly value: Trend | null } | null;
}

/**
 * The last hour of the host, of each project and server, and of each process of a project. Its size is bounded by
 * what lives now and what ended in the last ten minutes, however long it runs. It has no clock: time comes with the models.
 */
export class History {
  readonly #tracks = new Map<HistoryId, Track>();
  /** Mean times of the readings in a bucket. */
  readonly #times = new Float64Array(BUCKETS);
  readonly #at = new Float64Array(BUCKETS);
  #readings = 0;
  #bucket = -1;
  #uptime = Number.NEGATIVE_INFINITY;
  #began = 0;
  #marks: readonly Mark[] = [];
  readonly #waits = new Waits();

  /** Adds a model's figures; one that is no newer than the last adds nothing, one from before it begins anew. */
  record(model: Model): void {
    if (model.uptime === this.#uptime) return;
    if (model.uptime < this.#uptime) this.#clear();
    this.#turn(model);
    this.#add('host', 'memory', model.host.memory.used);
    this.#add('host', 'swapIn', model.host.pressure?.swapIn ?? null);
    this.#add('host', 'oomKills', model.host.pressure?.oomKills ?? null);
    this.#add('system', 'memory', model.system.memory.counted);
    for (const project of model.projects) {
      const id = `project:${project.id}` as const;
      this.#add(id, 'memory', project.memory.counted);
      this.#add(id, 'cpu', project.cpu);
      for (const server of project.servers) this.#addServer(server);
      for (const process of project.processes) this.#addProcess(process);
    }
  }

  /** Oldest first; empty where nothing is known. */
  series(id: HistoryId, measure: Measure = 'memory'): Points {
    const times: number[] = [];
    const at: number[] = [];
    const values: number[] = [];
    this.#tracks
      .get(id)
      ?.series.get(measure)
      ?.each(this.#oldest(), (bucket, mean) => {
        times.push(this.#times[bucket % BUCKETS] ?? 0);
        at.push(this.#at[bucket % BUCKETS] ?? 0);
        values.push(mean);
      });
    return { times, at, values };
  }

  /** The newest reading, not averaged; null where none is known. */
  latest(id: HistoryId, measure: Measure = 'memory'): number | null {
    return this.#tracks.get(id)?.series.get(measure)?.latest ?? null;
  }

  /** Bytes per hour of its memory, where the hour's data says so; computed once in a bucket. */
  trend(id: HistoryId): Trend | null {
    const track = this.#tracks.get(id);
    if (track === undefined) return null;
    if (track.trend?.bucket !== this.#bucket) {
      const { times, values } = this.series(id);
      track.trend = { bucket: this.#bucket, value: trend(times, values, track.trend?.value ?? null) };
    }
    return track.trend.value;
  }

  /**
   * At most `width` levels from 0 to 1, oldest first, of equal stretches of time that do not shift from one reading
   * to the next. Memory rises from its least, on a scale of at least a tenth of its most, so that a flat line looks
   * flat; other figures rise from 0. Null while there are fewer than two.
   */
  sparkline(id: HistoryId, width: number, measure: Measure = 'memory'): readonly number[] | null {
    const series = this.#tracks.get(id)?.series.get(measure);
    const cells: { sum: number; count: number }[] = [];
    let first = this.#bucket;
    series?.each(this.#oldest(), (bucket) => {
      first = Math.min(first, bucket);
    });
    const size = Math.max(1, Math.ceil((this.#bucket - first + 1) / Math.max(1, width)));
    series?.each(this.#oldest(), (bucket, mean) => {
      const index = Math.floor(bucket / size) - Math.floor(first / size);
      const cell = cells[index] ?? { sum: 0, count: 0 };
      cells[index] = { sum: cell.sum + mean, count: cell.count + 1 };
    });
    const means = Array.from(cells, (cell) => (cell ? cell.sum / cell.count : null)).slice(-width);
    return levels(means, measure === 'memory');
  }

  /** What a server's workers in use did over the last ten minutes, the largest share first. */
  uses(server: ProcessKey): readonly UseShare[] {
    return this.#waits.shares(server);
  }

  /** Seconds since the first reading. */
  get span(): number {
    return this.#bucket < 0 ? 0 : this.#uptime - this.#began;
  }

  /** Marks something that happened at a time of the wall clock, in milliseconds since 1970. */
  mark(at: number, text: string): void {
    this.#marks = [...this.#marks, { at, text }].slice(-MOST_MARKS);
  }

  /** Those of the last hour, oldest first. */
  get marks(): readonly Mark[] {
    return this.#marks;
  }

  #addServer(server: Server): void {
    const id = `server:${server.key}` as const;
    this.#add(id, 'memory', server.memory.counted);
    this.#add(id, 'cpu', server.cpu);
    this.#add(id, 'queue', server.queue);
    this.#add(id, 'workers', server.workers.current);
    this.#add(id, 'inUse', inUseShare(server));
    if (server.activity !== null) this.#waits.add(server.key, server.activity.doing, this.#uptime);
    this.#add(id, 'cpuShare', cpuShareOf(server));
    for (const process of server.processes) this.#addProcess(process);
  }

  #addProcess(process: ProcessNode): void {
    const id = `process:${process.key}` as const;
    this.#add(id, 'memory', process.memory.counted);
    this.#add(id, 'cpu', process.cpu);
  }

  #add(id: HistoryId, measure: Measure, value: number | null): void {
    let track = this.#tracks.get(id);
    if (track === undefined) {
      track = { seen: this.#uptime, series: new Map(), trend: null };
      this.#tracks.set(id, track);
    }
    track.seen = this.#uptime;
    if (value === null) return;
    let series = track.series.get(measure);
    if (series === undefined) {
      series = new Series();
      track.series.set(measure, series);
    }
    series.add(this.#bucket, value);
  }

  /** Takes the model's time, and forgets once in a bucket. */
  #turn({ uptime, at }: Model): void {
    const before = this.#uptime;
    if (this.#bucket < 0) this.#began = uptime;
    this.#uptime = uptime;
    const bucket = Math.floor(uptime / BUCKET_SECONDS);
    const slot = bucket % BUCKETS;
    if (bucket !== this.#bucket) {
      this.#bucket = bucket;
      this.#readings = 0;
      this.#forget(before);
      this.#marks = this.#marks.filter((mark) => mark.at > at - BUCKETS * BUCKET_SECONDS * 1000);
    }
    this.#readings += 1;
    this.#times[slot] = mean(this.#times[slot], uptime, this.#readings);
    this.#at[slot] = mean(this.#at[slot], at, this.#readings);
  }

  /** @param last seconds since boot of the reading before this one: what was not in it has ended */
  #forget(last: number): void {
    const ended = [...this.#tracks].filter(([, { seen }]) => seen < last).sort(([, a], [, b]) => b.seen - a.seen);
    ended.forEach(([id, { seen }], index) => {
      if (index >= MOST_ENDED || seen < this.#uptime - REMEMBERED_SECONDS) this.#drop(id);
    });
  }

  #drop(id: HistoryId): void {
    this.#tracks.delete(id);
    if (id.startsWith('server:')) this.#waits.forget(id.slice('server:'.length));
  }

  #oldest(): number {
    return this.#bucket - BUCKETS + 1;
  }

  #clear(): void {
    this.#tracks.clear();
    this.#waits.clear();
    this.#marks = [];
    this.#bucket = -1;
  }
}

/** A mean that one more value joins as the `count`th. */
function mean(before: number | undefined, value: number, count: number): number {
  return count === 1 || before === undefined ? value : before + (value - before) / count;
}

function inUseShare({ activity }: Server): number | null {
  if (activity === null || activity.inUse === null || activity.total === null || activity.total === 0) return null;
  return activity.inUse / activity.total;
}

/** A server without a master is its own worker. */
function cpuShareOf(server: Server): number | null {
  const role = server.head.role === 'single' ? 'single' : 'worker';
  const known = server.processes.flatMap((process) => (process.role === role ? [process.cpu] : [])).filter(isKnown);
  const sum = sumKnown(known.map((cpu) => Math.min(1, cpu)));
  return sum === null ? null : sum / known.length;
}

function isKnown(value: number | null): value is number {
  return value !== null;
}

/** Stretches in which nothing is known take the level before them. */
function levels(means: readonly (number | null)[], fromLeast: boolean): readonly number[] | null {
  const known = means.filter(isKnown);
  if (known.length < 2) return null;
  const most = Math.max(...known);
  const base = fromLeast ? Math.min(...known) : 0;
  const range = Math.max(most - base, most / 10);
  let level = 0;
  return means.map((value) => {
    if (value !== null) level = range > 0 ? (value - base) / range : 0;
    return level;
  });
}
