import type { ActivityRule, ConfigRequest, StatusProbe } from '../probes.ts';
import type { ProcessFacts, ProcessSample } from '../snapshot.ts';

export type Role = 'master' | 'worker' | 'helper' | 'scheduler' | 'single';

/** What one process is, by its argv or title alone. */
export interface Claim {
  /** Left out if master and workers have the same argv. Then parent and children decide. */
  readonly role?: Role;
  /** The application that it serves or runs: `project1.wsgi`, a celery node's app, a pool's name. */
  readonly app?: string;
  /** Arguments after the program's name; null if a title hides them. */
  readonly args: readonly string[] | null;
  /** The master's pid, if the title names it. */
  readonly masterPid?: number;
  /** The server's version, if the title names it. */
  readonly version?: string;
  /** The app of its master that it is a worker of, if the master manages several: an app of pm2, a pool of php-fpm. */
  readonly managed?: string;
}

/** A claimed process with its parent and children. */
export interface Member {
  readonly process: ProcessSample;
  readonly claim: Claim;
  /** Its parent, if the same definition claimed it. */
  readonly parent: Member | null;
  /** Its direct children that the same definition claimed. */
  readonly children: readonly Member[];
}

/** What a supervisor or a unit starts. */
export interface StartCommand {
  /** Name of the program or unit. */
  readonly name: string;
  readonly argv: readonly string[];
  /** Working directory; null if unknown. */
  readonly cwd: string | null;
}

/** One running instance of a server. */
export interface ServerProcesses {
  /** The process that stands for the server: its master, its only process, or the manager of its app. */
  readonly head: ProcessSample;
  readonly claim: Claim;
  /** Living workers, oldest first. */
  readonly workers: readonly ProcessSample[];
  /** Further processes that the head or its workers started, if they were read. */
  readonly others?: readonly ProcessSample[];
  /** The apps and pools that it manages, each a server of its own. */
  readonly apps?: readonly ServerProcesses[];
}

/** What sets a number of workers. */
export type ConfiguredBy =
  | { readonly type: 'flag' | 'variable'; readonly name: string }
  /** The name of a configuration file, or of a directive in one. */
  | { readonly type: 'file' | 'directive'; readonly name: string }
  /** Its control socket says the number, but not where it is set. */
  | { readonly type: 'status' }
  | { readonly type: 'default' };

/** The number of workers after a restart, and where it is set. */
export interface ConfiguredWorkers {
  readonly count: number | null;
  /** Null if unknown. */
  readonly by: ConfiguredBy | null;
  /** For people: a phrase such as `-w 3 on the command line`, or why it is unknown. */
  readonly where: string;
}

/** Workers of one kind, if a server has several kinds with a number of their own. */
export interface Pool {
  readonly name: string;
  /** Pids of its living workers. */
  readonly pids: readonly number[];
  readonly configured: ConfiguredWorkers;
}

/**
 * The worker that a server stops first when told to run one fewer. `highest` and `lowest` are by the worker's number.
 */
export type TrimOrder = 'oldest' | 'newest' | 'highest' | 'lowest';

/**
 * A program of the project that controls its server. It runs without a shell, with the rights of the server's owner.
 */
export interface ControlCommand {
  /** An absolute path, or a name to look up in the server's PATH. */
  readonly program: string;
  /** Directories to look in if it is not in PATH. */
  readonly places?: readonly string[];
  /** Names of variables that it takes from the server's environment; `*` stands for any characters. */
  readonly variables?: readonly string[];
  /** Further variables for it. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Further directories that it loads code or commands from: absolute, or relative to its working directory. */
  readonly directories?: readonly string[];
  /** Its arguments; `%h` stands for the machine's name. */
  readonly args: readonly string[];
}

export interface MostWorkers {
  readonly count: number;
  /** A phrase: `processes of its ini file`. */
  readonly by: string;
}

interface Scalable {
  /** The fewest workers that the server itself permits. */
  readonly floor: number;
  readonly trims: TrimOrder;
  /** A worker's number, if workers are numbered; null if unknown. */
  number?(facts: ProcessFacts): number | null;
  /** What happens if a new worker cannot start: a sentence without its full stop. */
  readonly whenBootFails?: string;
  /** Why this instance cannot be scaled (single mode, too old), as a sentence; null if it can. */
  refuse?(server: ServerProcesses): string | null;
}

export type Scaling =
  | (Scalable & {
      /** SIGTTIN adds one worker, SIGTTOU removes one. */
      readonly method: 'signal';
    })
  | (Scalable & {
      /** `+` and `-`, written to a FIFO that the master reads. */
      readonly method: 'fifo';
      /** An absolute path; null if there is none. */
      path(server: ServerProcesses): string | null;
    })
  | (Scalable & {
      readonly method: 'command';
      /** Null if too little is known to make one. */
      command(server: ServerProcesses, direction: 1 | -1): ControlCommand | null;
    })
  | {
      readonly method: 'none';
      /** Why it does not scale, and what to do instead, as a sentence. */
      refuse(server: ServerProcesses): string;
    };

/**
 * What workertop knows of one kind of server: how to recognise its processes, where its number of workers is set, and
 * how it scales. Data and small pure functions, one file each.
 */
export interface ServerDefinition {
  /** Stable, for programs: `gunicorn`, `celery-beat`. */
  readonly kind: string;
  /** For people. */
  readonly label: string;
  /** A shorter label for narrow columns. */
  readonly shortLabel?: string;
  /**
   * `app` serves or runs a project's code. `service` is a program that projects use, such as postgres. `supervisor`
   * starts other servers, which do not become its helpers.
   */
  readonly category: 'app' | 'service' | 'supervisor';
  /** For the documentation: where its number of workers is set. */
  readonly configuredIn: string;
  /** Environment variables that it reads, beyond the common ones. */
  readonly environment?: readonly string[];
  /** Flags of its command line that name the project's directory. */
  readonly directoryFlags?: readonly string[];
  /** The Python distribution that holds its version, in lower case. */
  readonly distribution?: string;
  /** The setting that replaces workers before they grow too large: `--max-requests 1000`. */
  readonly recycling?: string;
  /** The setting that loads the app before forking, so that workers share its memory: `--preload`. */
  readonly preloading?: string;
  /**
   * Configuration files that may set the number of workers. Called again with their lines, it may name further files.
   */
  configRequests?(facts: ProcessFacts): readonly ConfigRequest[];
  /** Whether its first worker may fork the others, and serve requests as they do. */
  readonly worksWithoutMaster?: boolean;
  /**
   * Matches the names of the files that a new worker loads from disk; null if workers share the code that their master
   * has loaded.
   * @param args of its master; null if a title hides them
   */
  loads?(facts: ProcessFacts, args: readonly string[] | null): RegExp | null;
  /** The path of its virtualenv, if its configuration names it; else null. */
  virtualenv?(facts: ProcessFacts): string | null;
  /** How to ask its master for its status. */
  readonly statusProbe?: StatusProbe;
  /** Claims a process of this kind; null if it is not one. */
  claim(facts: ProcessFacts): Claim | null;
  /** Claims a process that no definition has claimed, by other facts than its argv. */
  claimLast?(facts: ProcessFacts): Claim | null;
  /** The definition of each app that its children run, if each app is a server of its own, as in pm2. */
  readonly manages?: ServerDefinition;
  /**
   * Claims a child that `claim` cannot recognise alone, such as a spawned worker. It takes precedence over other
   * definitions' claims, except for children of a managed app.
   */
  claimChild?(facts: ProcessFacts, parent: Claim): Claim | null;
  /** Claims an unclaimed process that is the parent of one of its processes. */
  claimParent?(facts: ProcessFacts): Claim | null;
  /**
   * The role, if `claim` left it open. Default: a child of its kind is a worker, a parent of its kind a master, else
   * single.
   */
  role?(member: Member): Role;
  /** What distinguishes this instance from others of its kind, for people; null if nothing does. */
  remark?(server: ServerProcesses): string | null;
  /** Names that this instance has among others of its kind: of its node, of its queues. */
  names?(server: ServerProcesses): readonly string[];
  /** Addresses to listen on, from its arguments; empty if unknown. */
  bind?(server: ServerProcesses): readonly string[];
  /** Whether an address is for control commands, not for requests. */
  isControl?(address: string): boolean;
  configured?(server: ServerProcesses): ConfiguredWorkers;
  /** The most workers that it would run, and what limits them; null if unknown or unlimited. */
  most?(server: ServerProcesses): MostWorkers | null;
  pools?(server: ServerProcesses): readonly Pool[];
  /** How to tell that its workers are idle; null if unknown for this instance. Left out if unknown for its kind. */
  activity?(server: ServerProcesses): ActivityRule | null;
  readonly scaling: Scaling;
  /**
   * The name that a supervisor has for a program that it started, as a phrase; null if unknown.
   * @param supervisor null if it cannot be seen, being in another namespace
   * @param variable reads the program's environment; null if not set
   */
  program?(supervisor: ServerProcesses | null, variable: (name: string) => string | null): string | null;
  /** The commands that its configuration has it start. */
  starts?(facts: ProcessFacts): readonly StartCommand[];
  /** The supervisor behind a process that starts programs but is not the supervisor's child, as a phrase. */
  startsFor?(facts: ProcessFacts): string | null;
  readonly embeddable?: Embeddable;
  /** The option by which one of its workers runs the scheduler itself: `-B`. */
  readonly schedulerOption?: string;
}

/** A scheduler that a worker of another kind can run itself. */
export interface Embeddable {
  /** The kind of that worker. */
  readonly kind: string;
  /** The worker's option: `-B`. */
  readonly option: string;
  /**
   * The command line of such a worker.
   * @param app null if unknown
   */
  command(app: string | null): string;
}
