import type { ActivityRule, ConfigRequest, StatusProbe } from '../probes.ts';
import type { Listener, ProcessFacts, Snapshot } from '../snapshot.ts';

/**
 * What the server definitions need to know of a process beyond the common facts. Sources read it; definitions, which
 * read no files, name it.
 */
export interface FactRequests {
  /** Names of environment variables. `pm2_env.name` means the member `name` of a JSON object in `pm2_env`. */
  readonly environment: readonly string[];
  /** Command-line flags whose value is the project's directory, such as `--chdir`. */
  readonly directoryFlags: readonly string[];
  /** Python distributions whose version is needed, in lower case. */
  readonly packages: readonly string[];
  /** The absolute directory of the code that a process runs; null if unknown. */
  codeDirectory(facts: Pick<ProcessFacts, 'argv' | 'cwd' | 'exe'>): string | null;
  /** The path of its virtualenv, if its configuration names it. */
  virtualenv(facts: ProcessFacts): string | null;
  configRequests(facts: ProcessFacts): readonly ConfigRequest[];
  /** Matches the names of the files that a new worker of a master loads; null if it loads none. */
  code(facts: ProcessFacts): RegExp | null;
  /** How to ask a process for its status; null if it cannot be asked. */
  statusProbe(facts: ProcessFacts): StatusProbe | null;
}

/** How to tell whether one worker is in use. */
export interface ActivityRequest {
  readonly rule: ActivityRule;
  /** The listeners of its server. */
  readonly listeners: readonly Listener[];
  /** Pid of its master, which may be the worker itself. */
  readonly master: number;
}

/** What the reader of the last snapshot asks of the next one. */
export interface ReadHints {
  /** Longest time to spend on reading PSS, in seconds; Infinity reads all. */
  readonly memoryBudget: number;
  /** Pids whose memory is read first: processes of projects. */
  readonly prefer: ReadonlySet<number>;
  /** Pids whose memory is read every time, whatever the budget: processes being scaled. */
  readonly watch: ReadonlySet<number>;
  /** Pids whose listening sockets are read: masters. */
  readonly listeners: ReadonlySet<number>;
  /** Those of `listeners` whose waiting connections are not shown: their figures may be some seconds old. */
  readonly unhurried?: ReadonlySet<number>;
  /** By pid: the workers whose activity is read. */
  readonly activity?: ReadonlyMap<number, ActivityRequest>;
  /** Ports at which to count the requests in flight. This runs ss(8). */
  readonly inFlight?: ReadonlySet<number>;
  /** Whether to count the open connections of listeners: this reads the kernel's whole table of connections. */
  readonly connections?: boolean;
  /** Longest time to wait for files that facts depend on, in seconds. Default 0. */
  readonly patience?: number;
}

export interface Source {
  /**
   * Reads the machine. Processes that end meanwhile are left out; what may not be read is null.
   * @throws Error with the path in its message, for anything but ENOENT, ESRCH, EACCES and EPERM
   */
  read(hints: ReadHints): Promise<Snapshot>;
  /** Releases descriptors and timers. */
  close(): void;
}

/** The connection to another machine broke. The message says which and why. */
export class LostLine extends Error {
  override readonly name = 'LostLine';
}
