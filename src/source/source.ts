import type { ActivityRule, Listener, ProcessFacts, SettingsRequest, Snapshot, StatusProbe } from '../snapshot.ts';

/**
 * What the server definitions need to know of a process beyond the common facts. The sources
 * read it; the definitions, which know no files, say what.
 */
export interface FactRequests {
  /** Names of environment variables; `pm2_env.name` is a member of one that holds a JSON object. */
  readonly environment: readonly string[];
  /** Command-line flags whose value is the project's directory, such as `--chdir`. */
  readonly directoryFlags: readonly string[];
  /** Python distributions whose version matters, lower case. */
  readonly packages: readonly string[];
  /** The directory of the code that a process runs, absolute; null where nothing tells. */
  codeDirectory(facts: Pick<ProcessFacts, 'argv' | 'cwd' | 'exe'>): string | null;
  /** The path of its virtualenv, where its configuration names it. */
  virtualenv(facts: ProcessFacts): string | null;
  settings(facts: ProcessFacts): readonly SettingsRequest[];
  /** How this process is asked of itself; null where it cannot be. */
  statusProbe(facts: ProcessFacts): StatusProbe | null;
}

/** Of which worker it is to be told whether it is in use, and how. */
export interface ActivityRequest {
  readonly rule: ActivityRule;
  /** Where its server listens. */
  readonly listeners: readonly Listener[];
  /** Pid of its master, which may be the worker itself. */
  readonly master: number;
}

/** What the reader of the last snapshot asks of the next. */
export interface ReadHints {
  /** Longest time to spend on reading PSS, in seconds; Infinity reads all. */
  readonly memoryBudget: number;
  /** Pids whose memory is read first: processes of projects. */
  readonly prefer: ReadonlySet<number>;
  /** Pids whose memory is read at each reading, whatever the budget: those being scaled. */
  readonly watch: ReadonlySet<number>;
  /** Pids whose listening sockets are read: masters. */
  readonly listeners: ReadonlySet<number>;
  /** By pid: the workers of which to tell what they do. */
  readonly activity?: ReadonlyMap<number, ActivityRequest>;
  /** Ports of servers of which to tell the requests in flight: that takes a program of its own. */
  readonly inFlight?: ReadonlySet<number>;
  /** Whether to count the connections that these have accepted: it takes reading all of the kernel's table. */
  readonly connections?: boolean;
  /** Longest time to wait for files that facts depend on, in seconds; none where it is left out. */
  readonly patience?: number;
}

export interface Source {
  /**
   * Reads the machine. Processes that vanish meanwhile are left out; what may not be read is null.
   * @throws Error with the path in its message for anything but ENOENT, ESRCH, EACCES and EPERM
   */
  read(hints: ReadHints): Promise<Snapshot>;
  /** Gives back descriptors and timers. */
  close(): void;
}
