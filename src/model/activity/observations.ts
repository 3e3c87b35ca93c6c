import type { Model, Project, Server } from '../model.ts';
import type { Tally } from './statistics.ts';

/** Milliseconds of a quarter of an hour. */
export const SLOT = 900_000;

/** A week of them. */
const SLOTS = 672;

/** More at once than this counts as so many. */
const MOST_AT_ONCE = 64;

/** Of servers seen last longer ago than others, more than this are forgotten. */
const MOST_SERVERS = 200;

/** Readings closer together than this, in seconds, are left out. */
const SHORTEST = 0.3;

/** Readings further apart than this, in seconds, are no neighbours. */
const NEIGHBOURS = 10;

/** Readings of one server, which may have been restarted since. */
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

/** What a server is known by from one start of it to the next: its project, its kind, and where it serves. */
export function serverId(project: Project, { kind, managed, bind, app }: Server): string {
  return [project.id, kind, managed ?? (bind.length > 0 ? [...bind].sort().join(',') : (app ?? ''))].join(' ');
}

/**
 * Counts how many workers were in use: for each server, number of workers and quarter of an hour, for a week.
 * Observations at 3 workers and at 2 are kept apart. Its size is bounded. It has no clock: time comes with the models.
 */
export class Observations {
  readonly #tracks = new Map<string, Track>();
  #uptime = Number.NEGATIVE_INFINITY;

  /** @param kept as `toJSON` gave it; what is not of that form is left out */
  constructor(kept: readonly Observed[] = []) {
    for (const { id, tallies } of kept) {
      this.#tracks.set(id, { tallies: tallies.map(copyOf), last: null });
    }
  }

  /** Adds a model's figures; one that is no newer than the last adds nothing. */
  record(model: Model): void {
    if (model.uptime <= this.#uptime) return;
    this.#uptime = model.uptime;
    for (const project of model.projects) {
      for (const server of project.servers) this.#add(serverId(project, server), server, model);
    }
    this.#forgetOldest();
  }

  /** Oldest first; of one number of workers, where that is given. */
  of(id: string, workers?: number): readonly Tally[] {
    const tallies = this.#tracks.get(id)?.tallies ?? [];
    return workers === undefined ? tallies : tallies.filter((tally) => tally.workers === workers);
  }

  /** How often so many requests were there at once, by their number, at a server's present number of workers. */
  atOnce(project: Project, server: Server): readonly number[] {
    const counts: number[] = [];
    for (const { atOnce } of this.of(serverId(project, server), server.workers.current)) {
      for (const [number, times] of atOnce.entries()) counts[number] = (counts[number] ?? 0) + times;
    }
    return Array.from(counts, (count) => count ?? 0);
  }

  /**
   * Adds what another session observed. Of one quarter of an hour and number of workers, what has more readings stays:
   * both saw the same server, so their readings are never added up.
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
    // While workers come and go readings come fast, and would count for more than the rest.
    if (last !== null && last.workers === count && uptime - last.uptime < SHORTEST) return;
    // Those that were seen last are last.
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

/** The quarter of an hour and the number of workers that a tally is of. */
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

/** What was kept before rates were counted has none. */
function copyOf(tally: Tally): Mutable {
  const { timed = 0, rates = 0 }: Partial<Tally> = tally;
  return { ...tally, timed, rates, inUse: [...tally.inUse], atOnce: [...tally.atOnce] };
}
