import type { Model, Project, Server } from '../model.ts';
import type { Tally } from './statistics.ts';

/** Milliseconds of a quarter of an hour. */
export const SLOT = 900_000;

/** Slots in a week. */
const SLOTS = 672;

/** Larger numbers of requests at once are counted as this many. */
const MOST_AT_ONCE = 64;

/** Most servers that are remembered. The one not seen for the longest time is forgotten first. */
const MOST_SERVERS = 200;

/** Seconds. A reading sooner after the previous one is not counted. */
const SHORTEST = 0.3;

/** Seconds. Two readings further apart do not make a pair. */
const NEIGHBOURS = 10;

/** Readings of one server, across its restarts. */
export interface Observed {
  readonly id: string;
  /** Oldest first. */
  readonly tallies: readonly Tally[];
}

interface Mutable {
  slot: number;
  workers: number;
  total: number;
  seconds: number;
  readonly inUse: number[];
  readonly atOnce: number[];
  told: number;
  waited: number;
  mostWaiting: number;
  pairs: number;
  products: number;
  used: number;
  computed: number;
  timed: number;
  rates: number;
}

interface Track {
  tallies: Mutable[];
  last: { readonly uptime: number; readonly atOnce: number; readonly workers: number } | null;
}

/** Identifies a server across restarts: its project, its kind, and its address. */
export function serverId(project: Project, { kind, managed, bind, app }: Server): string {
  return [project.id, kind, managed ?? (bind.length > 0 ? [...bind].sort().join(',') : (app ?? ''))].join(' ');
}

/**
 * Counts the workers in use, for each server, number of workers and quarter of an hour, for a week. Observations with 3
 * workers and with 2 are kept apart. Size is bounded. Time comes with the models.
 */
export class Observations {
  readonly #tracks = new Map<string, Track>();
  #uptime = Number.NEGATIVE_INFINITY;

  /** @param kept the result of an earlier `toJSON`; invalid parts are left out */
  constructor(kept: readonly Observed[] = []) {
    for (const { id, tallies } of kept) {
      this.#tracks.set(id, { tallies: tallies.map(copyOf), last: null });
    }
  }

  /** Adds the figures of a model, unless it is no newer than the last one. */
  record(model: Model): void {
    if (model.uptime <= this.#uptime) return;
    this.#uptime = model.uptime;
    for (const project of model.projects) {
      for (const server of project.servers) this.#add(serverId(project, server), server, model);
    }
    this.#forgetOldest();
  }

  /** Tallies of a server, the oldest first. @param workers selects one number of workers */
  of(id: string, workers?: number): readonly Tally[] {
    const tallies = this.#tracks.get(id)?.tallies ?? [];
    return workers === undefined ? tallies : tallies.filter((tally) => tally.workers === workers);
  }

  /** How often each number of requests was there at once, with the server's present number of workers. */
  atOnce(project: Project, server: Server): readonly number[] {
    const counts: number[] = [];
    for (const { atOnce } of this.of(serverId(project, server), server.workers.current)) {
      for (const [number, times] of atOnce.entries()) counts[number] = (counts[number] ?? 0) + times;
    }
    return Array.from(counts, (count) => count ?? 0);
  }

  /**
   * Adds what another session observed. Both saw the same server, so readings are never added up: for each quarter of
   * an hour and number of workers, the tally with more readings stays.
   */
  merge(other: Observations): void {
    for (const [id, { tallies }] of other.#tracks) {
      const track = this.#tracks.get(id) ?? { tallies: [], last: null };
      const merged = new Map(track.tallies.map((tally) => [placeOf(tally), tally]));
      for (const tally of tallies) {
        const own = merged.get(placeOf(tally));
        if (own === undefined || readingsOf(tally) > readingsOf(own)) merged.set(placeOf(tally), copyOf(tally));
      }
      const newest = Math.max(0, ...[...merged.values()].map(({ slot }) => slot));
      track.tallies = [...merged.values()]
        .filter(({ slot }) => slot > newest - SLOTS)
        .sort((a, b) => a.slot - b.slot)
        .slice(-SLOTS);
      this.#tracks.set(id, track);
    }
    this.#forgetOldest();
  }

  toJSON(): readonly Observed[] {
    return [...this.#tracks].map(([id, { tallies }]) => ({ id, tallies }));
  }

  #forgetOldest(): void {
    if (this.#tracks.size <= MOST_SERVERS) return;
    for (const id of [...this.#tracks.keys()].slice(0, this.#tracks.size - MOST_SERVERS)) this.#tracks.delete(id);
  }

  #add(id: string, { activity, queue, workers, head }: Server, { at, uptime }: Model): void {
    if (activity === null || activity.inUse === null || activity.total === null) return;
    const count = head.role === 'single' ? 1 : workers.current;
    const track = this.#tracks.get(id) ?? { tallies: [], last: null };
    const { last } = track;
    // While workers come and go, readings come fast and would weigh too much.
    if (last !== null && last.workers === count && uptime - last.uptime < SHORTEST) return;
    // Keep the map ordered by the latest reading.
    this.#tracks.delete(id);
    this.#tracks.set(id, track);
    const tally = tallyOf(track, Math.floor(at / SLOT), count);
    tally.total = activity.total;
    const atOnce = Math.min(MOST_AT_ONCE, activity.inUse + (queue ?? 0));
    countOne(tally.inUse, Math.min(MOST_AT_ONCE, activity.inUse));
    countOne(tally.atOnce, atOnce);
    if (queue !== null) tally.told += 1;
    if ((queue ?? 0) > 0) tally.waited += 1;
    tally.mostWaiting = Math.max(tally.mostWaiting, queue ?? 0);
    tally.used += activity.doing.length;
    tally.computed += activity.doing.filter((doing) => doing === 'cpu').length;
    if (activity.rate !== null) {
      tally.timed += 1;
      tally.rates += activity.rate;
    }
    if (last !== null && last.workers === count && uptime - last.uptime <= NEIGHBOURS) {
      tally.seconds += uptime - last.uptime;
      tally.pairs += 1;
      tally.products += last.atOnce * atOnce;
    }
    track.last = { uptime, atOnce, workers: count };
  }
}

function tallyOf(track: Track, slot: number, workers: number): Mutable {
  const known = track.tallies.findLast((tally) => tally.slot === slot && tally.workers === workers);
  if (known) return known;
  const none = { told: 0, waited: 0, mostWaiting: 0, pairs: 0, products: 0, used: 0, computed: 0, timed: 0, rates: 0 };
  const made: Mutable = { slot, workers, total: 0, seconds: 0, inUse: [], atOnce: [], ...none };
  track.tallies = [...track.tallies.filter((tally) => tally.slot > slot - SLOTS), made].slice(-SLOTS);
  return made;
}

/** Identifies the quarter of an hour and the number of workers of a tally. */
function placeOf({ slot, workers }: Tally): string {
  return `${slot} ${workers}`;
}

function readingsOf({ inUse }: Tally): number {
  return inUse.reduce((sum, times) => sum + times, 0);
}

function countOne(histogram: number[], value: number): void {
  while (histogram.length <= value) histogram.push(0);
  histogram[value] = (histogram[value] ?? 0) + 1;
}

/** Older files have no rates. */
function copyOf(tally: Tally): Mutable {
  const { timed = 0, rates = 0 }: Partial<Tally> = tally;
  return { ...tally, timed, rates, inUse: [...tally.inUse], atOnce: [...tally.atOnce] };
}
