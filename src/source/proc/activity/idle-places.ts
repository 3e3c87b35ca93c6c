import type { Called } from './syscalls.ts';

/** How often a place must be seen with idle threads before it counts as idle. */
const QUORUM = 3;

/** A place with fewer votes than this fraction of the leader's was a mistake. */
const LEAST_SHARE = 0.2;

/** Most places that are remembered. Programs sleep at few places. */
const MOST_PLACES = 64;

/** Votes are halved above this number: a program compiled at run time may move its places. */
const MOST_VOTES = 1000;

const IN_PAGE = 0xfff;

/**
 * Identifies the place in a program where a thread sleeps: the depth of the stack and the instruction that called the
 * kernel, both within their page. Stacks of threads and libraries begin at a page, so a place has the same number in
 * all threads and workers of a server.
 */
export function placeOf({ stack, instruction }: Called): number {
  return (stack & IN_PAGE) * (IN_PAGE + 1) + (instruction & IN_PAGE);
}

/** The threads of one worker that sleep without a timeout, by place. */
export interface Sleeping {
  /** Number of threads in its pool. */
  readonly threads: number;
  readonly places: readonly number[];
}

/**
 * Learns where the idle threads of one server sleep. A thread that waits for a lock, or for its turn to compute, sleeps
 * in the same call but at another place.
 */
export class IdlePlaces {
  readonly #votes = new Map<number, number>();
  /** Those with enough votes; null while there are none. */
  #idle: ReadonlySet<number> | null = null;
  #isCounted = true;
  #sleeping: readonly Sleeping[] = [];
  /** Open connections at the last count; null if unknown. */
  #accepted: number | null = null;

  /**
   * Takes one reading of the workers. If the whole pool of a worker sleeps at one place, that is where idle threads
   * sleep: a wait for a lock needs another thread that runs. Not so if there are connections for all threads.
   */
  add(sleeping: readonly Sleeping[]): void {
    this.#sleeping = sleeping;
    const threads = sleeping.reduce((sum, { threads: count }) => sum + count, 0);
    if (this.#accepted !== null && this.#accepted >= threads) return;
    for (const { threads: count, places } of sleeping) {
      if (count < 2 || places.length < count) continue;
      for (const place of new Set(places)) {
        const together = places.filter((one) => one === place).length;
        if (together >= count) this.#vote(place, together);
      }
    }
  }

  /** Takes the number of connections right after a reading. Without any, all threads are idle. */
  connections(accepted: number | null): void {
    this.#accepted = accepted;
    if (accepted !== 0) return;
    for (const place of new Set(this.#sleeping.flatMap(({ places }) => places))) this.#vote(place, 1);
  }

  /** Whether idle threads sleep at this place; null while none is known. */
  has(place: number): boolean | null {
    if (!this.#isCounted) this.#count();
    return this.#idle?.has(place) ?? null;
  }

  #count(): void {
    this.#isCounted = true;
    let most = 0;
    for (const votes of this.#votes.values()) most = Math.max(most, votes);
    const least = Math.max(QUORUM, most * LEAST_SHARE);
    this.#idle =
      most < QUORUM ? null : new Set([...this.#votes].flatMap(([place, votes]) => (votes >= least ? [place] : [])));
  }

  #vote(place: number, votes: number): void {
    this.#isCounted = false;
    const sum = (this.#votes.get(place) ?? 0) + votes;
    if (this.#votes.size < MOST_PLACES || this.#votes.has(place)) this.#votes.set(place, sum);
    if (sum <= MOST_VOTES) return;
    for (const [one, count] of this.#votes) this.#votes.set(one, count / 2);
  }
}
