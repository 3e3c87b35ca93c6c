import type { ActivityKind, Listener, ProcessFacts, SelfReport } from './snapshot.ts';

/**
 * What a definition of a server asks of a source, beyond the facts of every process: lines of its configuration, its
 * status, and whether its workers are idle.
 */

/** Requests lines of a configuration file. The whole file is never read: it may contain secrets. */
export interface ConfigRequest {
  /** Absolute path. `*` and `?` in the last part match several files. */
  readonly path: string;
  readonly lines: RegExp;
  /** How a line continues: after a `\` at its end, or on the next indented line. Missing if lines never continue. */
  readonly continued?: 'backslash' | 'indent';
}

/** Asks a master for its status. Commands must not change anything. */
export interface StatusRequest {
  /** `unix:/run/stats.sock` or `tcp:127.0.0.1:1717`. */
  readonly address: string;
  /**
   * Commands in order, each in a frame of gunicorn's control protocol. Empty if the server sends its report to every
   * client and closes.
   */
  readonly commands: readonly string[];
}

/** How to ask a kind of server for its status. Answers are untrusted JSON. */
export interface StatusProbe {
  /** The request; null if there is nothing to ask. */
  request(facts: ProcessFacts, listeners: readonly Listener[]): StatusRequest | null;
  /** Whether the first answer comes from this process: another one may have taken over the address. */
  isFrom(pid: number, answer: unknown): boolean;
  understand(answers: readonly unknown[]): Omit<SelfReport, 'asOf'> | null;
}

/**
 * How to recognise an idle worker.
 * - `process`: its main thread sleeps in a wait that includes a listening socket.
 * - `threads`: a thread of its pool sleeps in such a wait, or in futex(2) as `idleIn` says.
 * - `loop`: its main thread waits for events of any kind; the number of its requests is unknown.
 * - `tasks`: it reads a pipe that its master has too.
 */
export type ActivityRule =
  | {
      readonly by: Extract<ActivityKind, 'process' | 'tasks'>;
      /** An idle worker may wait for its turn, in a futex shared between processes, without a timeout. */
      readonly takesTurns?: true;
      /**
       * A worker that waits in epoll may have other threads at work: only accept(2), select(2) and poll(2) mean idle.
       */
      readonly mayHaveThreads?: true;
      /**
       * Each connection carries one request, and the server closes it: the number of closed connections gives the rate.
       */
      readonly oneRequestEach?: true;
    }
  | {
      readonly by: 'threads';
      /**
       * Whether a thread belongs to the pool. Always the same function, by which the answers are remembered.
       * @param name the kernel's name of the thread
       * @param isMain whether it is the main thread
       */
      pool(name: string, isMain: boolean): boolean;
      /** Threads in the pool of one process, at most; null if unknown. */
      readonly size: number | null;
      /** Whether the server accepts connections before a thread is free for them. */
      readonly acceptsEarly: boolean;
      /**
       * How idle threads sleep in futex(2). `place`: all at one place in the program, which is learnt. `mutex`: each
       * waits for its turn to accept.
       */
      readonly idleIn: 'place' | 'mutex';
      /** Whether the app's own threads may look like the pool's. */
      readonly isMixed: boolean;
    }
  | { readonly by: 'loop' };
