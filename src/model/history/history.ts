import type { ProcessKey } from '../../snapshot.ts';
import { type UseShare, Waits } from '../activity/waits.ts';
import type { Model, ProcessNode, Server } from '../model.ts';
import { sumKnown } from '../rates.ts';
import { Events, type HistoryEvent } from './events.ts';
import type { HistoryId } from './history-id.ts';
import type { HistoryReader, Measure, Points } from './history-reader.ts';
import { BUCKET_SECONDS, BUCKETS, Series } from './series.ts';
import { resolutions, Timeline, type TimelinePoints, type TimelineSpan } from './timeline.ts';
import { type Trend, trend } from './trend.ts';

/** A process that has ended is forgotten after this many seconds, sooner if many have ended. */
const REMEMBERED_SECONDS = 600;
const MOST_ENDED = 500;

/** Seconds. Events are kept as long as the longest timeline. */
const DAY = 86_400;

/** Time constant of `recent`, in seconds: older values count less. */
const RECENT_SECONDS = 10;

/** Oldest first; null if unknown. */
type Levels = readonly (number | null)[];

interface Track {
  /** Seconds since boot. */
  seen: number;
  readonly series: Map<Measure, Series>;
  trend: { readonly bucket: number; readonly value: Trend | null } | null;
  levels: { readonly bucket: number; readonly count: number; readonly value: Levels | null } | null;
}

/**
 * The last hour of the host, of each project and server, and of each process of a project. Its size is bounded by what
 * lives now and what ended in the last ten minutes. It reads no clock: time comes with the models.
 */
export class History implements HistoryReader {
  readonly #tracks = new Map<HistoryId, Track>();
  /** Mean times of the readings in each bucket. */
  readonly #times = new Float64Array(BUCKETS);
  readonly #at = new Float64Array(BUCKETS);
  #readings = 0;
  #bucket = -1;
  #uptime = Number.NEGATIVE_INFINITY;
  #began = 0;
  #weight = 1;
  readonly #waits = new Waits();
  #events = new Events();
  #timelines = newTimelines();
  readonly #names = new Map<HistoryId, string>();

  /** Adds a model's figures. A model no newer than the last adds nothing; one from before it starts anew. */
  record(model: Model): void {
    if (model.uptime === this.#uptime) return;
    if (model.uptime < this.#uptime) this.#clear();
    this.#turn(model);
    this.#remember(model);
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

  /** Oldest first; empty if nothing is known. */
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

  /** The newest reading, not averaged; null if none is known. */
  latest(id: HistoryId, measure: Measure = 'memory'): number | null {
    return this.#tracks.get(id)?.series.get(measure)?.latest ?? null;
  }

  /** The trend of its memory in bytes per hour; null if the data does not show one. Computed once per bucket. */
  trend(id: HistoryId): Trend | null {
    const track = this.#tracks.get(id);
    if (track === undefined) return null;
    if (track.trend?.bucket !== this.#bucket) {
      const { times, values } = this.series(id);
      track.trend = { bucket: this.#bucket, value: trend(times, values, track.trend?.value ?? null) };
    }
    return track.trend.value;
  }

  uses(server: ProcessKey): readonly UseShare[] {
    return this.#waits.shares(server);
  }

  /** Seconds since the first reading. */
  get span(): number {
    return this.#bucket < 0 ? 0 : this.#uptime - this.#began;
  }

  /**
   * Marks the events of a server since a time as workertop's.
   * @param since milliseconds since 1970
   */
  claimEvents(server: ProcessKey, since: number): void {
    this.#events.claim(server, since);
  }

  get events(): readonly HistoryEvent[] {
    return this.#events.all;
  }

  timeline(id: HistoryId, span: TimelineSpan): TimelinePoints {
    return this.#timelines[span].points(id);
  }

  timelineIds(span: TimelineSpan): readonly HistoryId[] {
    return this.#timelines[span].ids;
  }

  nameOf(id: HistoryId): string | null {
    return this.#names.get(id) ?? null;
  }

  recent(id: HistoryId, measure: Measure = 'memory'): number | null {
    return this.#tracks.get(id)?.series.get(measure)?.recent ?? null;
  }

  /** Computed once for each bucket, since only the last value changes within one. */
  recentLevels(id: HistoryId, count: number): Levels | null {
    const track = this.#tracks.get(id);
    const series = track?.series.get('memory');
    if (track === undefined || series === undefined) return null;
    if (track.levels?.bucket !== this.#bucket || track.levels.count !== count) {
      track.levels = { bucket: this.#bucket, count, value: this.#levelsOf(series, count) };
    }
    return track.levels.value;
  }

  #levelsOf(series: Series, count: number): Levels | null {
    const size = Math.max(1, Math.ceil(BUCKETS / Math.max(1, count)));
    const last = Math.floor(this.#bucket / size);
    const levels: (number | null)[] = Array.from({ length: Math.max(1, count) }, () => null);
    let known = 0;
    series.each(this.#oldest(), (bucket, mean) => {
      const index = levels.length - 1 - (last - Math.floor(bucket / size));
      if (index < 0) return;
      if (levels[index] === null) known += 1;
      levels[index] = mean;
    });
    return known < 2 ? null : levels;
  }

  /** Adds events, and the memory of groups that charts show. */
  #remember(model: Model): void {
    const groups: (readonly [HistoryId, number | null])[] = [
      ['host', model.host.memory.used],
      ['system', model.system.memory.counted],
      ...model.projects.map(({ id, memory }) => [`project:${id}`, memory.counted] as const),
    ];
    for (const timeline of Object.values(this.#timelines)) {
      timeline.turn(model.uptime, model.at);
      for (const [id, value] of groups) if (value !== null) timeline.add(id, value);
    }
    for (const { id, name } of model.projects) this.#names.set(`project:${id}`, name);
    this.#events.record(model, model.at - DAY * 1000);
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
      track = { seen: this.#uptime, series: new Map(), trend: null, levels: null };
      this.#tracks.set(id, track);
    }
    track.seen = this.#uptime;
    if (value === null) return;
    let series = track.series.get(measure);
    if (series === undefined) {
      series = new Series();
      track.series.set(measure, series);
    }
    series.add(this.#bucket, value, this.#weight);
  }

  /** Takes the model's time, and forgets ended processes once per bucket. */
  #turn({ uptime, at }: Model): void {
    const before = this.#uptime;
    if (this.#bucket < 0) this.#began = uptime;
    this.#weight = 1 - Math.exp((before - uptime) / RECENT_SECONDS);
    this.#uptime = uptime;
    const bucket = Math.floor(uptime / BUCKET_SECONDS);
    const slot = bucket % BUCKETS;
    if (bucket !== this.#bucket) {
      this.#bucket = bucket;
      this.#readings = 0;
      this.#forget(before);
      for (const id of this.#names.keys()) if (!this.#timelines['24h'].ids.includes(id)) this.#names.delete(id);
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
    this.#events = new Events();
    this.#timelines = newTimelines();
    this.#bucket = -1;
  }
}

function newTimelines(): Readonly<Record<TimelineSpan, Timeline>> {
  return {
    '10m': new Timeline(resolutions['10m']),
    '1h': new Timeline(resolutions['1h']),
    '24h': new Timeline(resolutions['24h']),
  };
}

/** Adds a value to a mean, as the `count`th. */
function mean(before: number | undefined, value: number, count: number): number {
  return count === 1 || before === undefined ? value : before + (value - before) / count;
}

function inUseShare({ activity }: Server): number | null {
  if (activity === null || activity.inUse === null || activity.total === null || activity.total === 0) return null;
  return activity.inUse / activity.total;
}

/** The mean CPU share of a server's workers. A server without a master is its own worker. */
function cpuShareOf(server: Server): number | null {
  const role = server.head.role === 'single' ? 'single' : 'worker';
  const shares = server.processes.flatMap((process) => (process.role === role ? [process.cpu] : [])).filter(isKnown);
  const sum = sumKnown(shares.map((cpu) => Math.min(1, cpu)));
  return sum === null ? null : sum / shares.length;
}

function isKnown(value: number | null): value is number {
  return value !== null;
}
