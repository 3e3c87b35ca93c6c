import type { Called } from './syscalls.ts';

/** Places that were seen this often to be those of idle threads are taken for that. */
const QUORUM = 3;

/** A place with less than this share of the votes of the first was taken for one by mistake. */
const LEAST_SHARE = 0.2;

/** Programs have few places where they wait; more are no such places. */
const MOST_PLACES = 64;

/** Votes are halved beyond this: a program that is compiled while it runs may move its places. */
const MOST_VOTES = 1000;

const IN_PAGE = 0xfff;

/**
 * Where in its program a thread sleeps, as a number: how deep its stack is and which instruction called the kernel, both
 * within their page. Stacks of threads and libraries begin at a page. So one way to a wait has the same place in all
 * threads and workers of a server.
 */
export function placeOf({ stack, instruction }: Called): number {
  return (stack & IN_PAGE) * (IN_PAGE + 1) + (instruction & IN_PAGE);
}

/** The threads of one worker that sleep without a timeout, by where they do. */
export interface Sleeping {
  /** Threads of its pool. */
  readonly threads: number;
  readonly places: readonly number[];
}

/**
 * Learns where idle threads of one server sleep. A thread that waits for a lock, or for its turn to compute, sleeps in
 * the same way, but at another place.
 */
export class IdlePlaces {
  readonly #votes = new Map<number, number>();
  #sleeping: readonly Sleeping[] = [];
  /** Connections that it had when they were last counted; null when unknown. */
  #accepted: number | null = null;

  /**
   * Takes what was read of its workers. Where the whole pool of a worker sleeps at one place, that is its idle threads':
   * who waits for a lock waits for another thread. It is not, if there are connections for all threads.
   */
  add(sleeping: readonly Sleeping[]): void {
    this.#sleeping = sleeping;
    const threads = sleeping.reduce((sum, { threads: count }) => sum + count, 0);
    if (this.#accepted !== null && this.#accepted >= threads) return;
    for (const { threads: count, places } of sleeping) {
      for (const place of count < 2 ? [] : new Set(places)) {
        const together = places.filter((one) => one === place).length;
        if (together >= count) this.#vote(place, together);
      }
    }
  }

  /** Takes how many connections it had right after. Without any, all its threads are idle. */
  connections(accepted: number | null): void {
    this.#accepted = accepted;
    if (accepted !== 0) return;
    for (const place of new Set(this.#sleeping.flatMap(({ places }) => places))) this.#vote(place, 1);
  }

  /** Whether idle threads sleep there; null while no such place is known. */
  has(place: number): boolean | null {
    let most = 0;
    for (const votes of this.#votes.values()) most = Math.max(most, votes);
    if (most < QUORUM) return null;
    const votes = this.#votes.get(place) ?? 0;
    return votes >= QUORUM && votes >= most * LEAST_SHARE;
  }

  #vote(place: number, votes: number): void {
    const sum = (this.#votes.get(place) ?? 0) + votes;
    if (this.#votes.size < MOST_PLACES || this.#votes.has(place)) this.#votes.set(place, sum);
    if (sum <= MOST_VOTES) return;
    for (const [one, count] of this.#votes) this.#votes.set(one, count / 2);
  }
}
