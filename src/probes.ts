import type { ActivityKind, Listener, ProcessFacts, SelfReport } from './snapshot.ts';

/**
 * What a definition of a server asks of a source beyond the facts of every process: lines of its configuration, its
 * status, and whether its workers are idle.
 */

/** Lines wanted from a configuration file. The whole file is never read out: it may hold secrets. */
export interface ConfigRequest {
  /** Absolute. If the last part contains `*` or `?`, it stands for several files. */
  readonly path: string;
  readonly lines: RegExp;
  /** How a line continues: after a `\` at its end, or if the next one is indented. Left out if it does not. */
  readonly continued?: 'backslash' | 'indent';
}

/** Where and what to ask a master. Only questions that change nothing. */
export interface StatusRequest {
  /** `unix:/run/stats.sock`, or `tcp:127.0.0.1:1717`. */
  readonly address: string;
  /**
   * Sent one after the other, each in a frame of gunicorn's control protocol. Empty if the server sends its report to
   * whoever connects, and closes.
   */
  readonly commands: readonly string[];
}

/** How to ask a kind of server for its status. Answers are JSON of any content: do not trust them. */
export interface StatusProbe {
  /** Null if there is nothing to ask. */
  request(facts: ProcessFacts, listeners: readonly Listener[]): StatusRequest | null;
  /** Whether the first answer comes from this very process: another may have taken over its address. */
  isFrom(pid: number, answer: unknown): boolean;
  understand(answers: readonly unknown[]): Omit<SelfReport, 'asOf'> | null;
}

/**
 * How to tell that a worker is idle. `process`: its main thread sleeps in a wait that includes a listening socket.
 * `threads`: a thread of its pool sleeps in such a wait, or in futex(2) in the way of `idleIn`. `loop`: its main thread
 * waits for events of any kind; the number of requests under way is unknown. `tasks`: it reads a pipe that its master
 * holds too.
 */
export type ActivityRule =
  | {
      readonly by: Extract<ActivityKind, 'process' | 'tasks'>;
      /** An idle worker may wait for its turn, in a futex without a timeout that processes share. */
      readonly takesTurns?: true;
      /**
       * A worker that waits in epoll may have other threads that work: only accept(2), select(2) and poll(2) mean idle.
       */
      readonly mayHaveThreads?: true;
      /** Each connection has one request, and the server closes it after that: closed connections tell the rate. */
      readonly oneRequestEach?: true;
    }
  | {
      readonly by: 'threads';
      /**
       * Whether a thread belongs to the pool.
       * @param name the kernel's name of the thread
       * @param isMain whether it is the main thread
       */
      pool(name: string, isMain: boolean): boolean;
      /** Most threads in the pool of one process; null if unknown. */
      readonly size: number | null;
      /** Whether it accepts connections before it has a thread for them. */
      readonly acceptsEarly: boolean;
      /**
       * How idle threads sleep in futex(2). `place`: all at one place of the program, which is learnt. `mutex`: for their
       * turn to accept.
       */
      readonly idleIn: 'place' | 'mutex';
      /** Whether the app's own threads may be taken for the pool's. */
      readonly isMixed: boolean;
    }
  | { readonly by: 'loop' };
