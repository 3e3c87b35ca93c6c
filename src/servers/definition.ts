import type { ActivityRule, ProcessFacts, ProcessSample, SettingsRequest, StatusProbe } from '../snapshot.ts';

export type Role = 'master' | 'worker' | 'helper' | 'scheduler' | 'single';

/** What one process says of itself, by its argv or its title alone. */
export interface Claim {
  /** Left out when argv does not tell (master and workers may look the same): the family decides. */
  readonly role?: Role;
  /** What it serves or runs: `project1.wsgi`, a celery node's app, a pool's name. */
  readonly app?: string;
  /** Arguments after the program's name; null when a title hides them. */
  readonly args: readonly string[] | null;
  /** The master's pid, where the title names it. */
  readonly masterPid?: number;
  /** The server's version, where the title names it. */
  readonly version?: string;
  /** Which of its master's apps it is a worker of, where that manages several: the name of its app in pm2, of its pool in php-fpm. */
  readonly managed?: string;
}

/** A process that a definition has claimed, with its place among its kin. */
export interface Member {
  readonly process: ProcessSample;
  readonly claim: Claim;
  /** Its parent, where that was claimed by the same definition. */
  readonly parent: Member | null;
  /** Its direct children claimed by the same definition. */
  readonly children: readonly Member[];
}

/** One running instance of a server, as its definition sees it. */
export interface ServerProcesses {
  /** The process that stands for the server: its master, the only one, or what runs this app among others. */
  readonly head: ProcessSample;
  readonly claim: Claim;
  /** Living workers, in order of age, oldest first. */
  readonly workers: readonly ProcessSample[];
  /** What those have started, as far as it was looked at. */
  readonly others?: readonly ProcessSample[];
  /** The apps and pools that it manages, each a server of its own. */
  readonly apps?: readonly ServerProcesses[];
}

/** The number of workers that a restart would bring, and where it is written. */
export interface ConfiguredWorkers {
  readonly count: number | null;
  /** Short, for programs: `argv -w`, `WEB_CONCURRENCY`, `gunicorn.conf.py`; null when unknown. */
  readonly by: string | null;
  /** For people: a phrase such as `-w 3 on the command line`, or why it is not known. */
  readonly where: string;
}

/** Workers that are counted and configured by themselves, where a server has several kinds of them. */
export interface Pool {
  readonly name: string;
  /** Of its living workers. */
  readonly pids: readonly number[];
  readonly configured: ConfiguredWorkers;
}

/** Which worker a server ends when told to run one fewer; those with a number go by that. */
export type Victim = 'oldest' | 'newest' | 'highest' | 'lowest';

/** A program of the project's own that tells its server what to do. Run without a shell, as the server's owner. */
export interface ControlCommand {
  /** An absolute path, or a name to be looked for in the PATH of the server. */
  readonly program: string;
  /** Directories to look in where PATH does not have it. */
  readonly places?: readonly string[];
  /** Names of variables of the server's environment that it needs; `*` stands for any characters. */
  readonly variables?: readonly string[];
  /** Variables that it needs besides. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Directories that it takes code or commands from, besides the one it is run in: absolute, or seen from that. */
  readonly directories?: readonly string[];
  /** `%h` stands for the machine's name. */
  readonly args: readonly string[];
}

export interface MostWorkers {
  readonly count: number;
  /** A phrase: `processes of its ini file`. */
  readonly by: string;
}

interface Scalable {
  /** The fewest workers the server itself would go down to. */
  readonly floor: number;
  readonly victim: Victim;
  /** A worker's number, where they go by that; null when it is not known. */
  number?(facts: ProcessFacts): number | null;
  /** What becomes of it when a new worker cannot start: a sentence without its full stop. */
  readonly whenBootFails?: string;
  /** A sentence when this very instance cannot be scaled so (single mode, too old); null when it can. */
  refuse?(server: ServerProcesses): string | null;
}

export type Scaling =
  | (Scalable & {
      /** SIGTTIN adds one worker, SIGTTOU takes one. */
      readonly method: 'signal';
    })
  | (Scalable & {
      /** `+` and `-`, written to a FIFO that the master reads. */
      readonly method: 'fifo';
      /** Absolute; null when there is none. */
      path(server: ServerProcesses): string | null;
    })
  | (Scalable & {
      readonly method: 'command';
      /** Null when not enough is known to make one. */
      command(server: ServerProcesses, direction: 1 | -1): ControlCommand | null;
    })
  | {
      readonly method: 'none';
      /** A sentence: why not, and what to do instead. */
      refuse(server: ServerProcesses): string;
    };

/**
 * What workertop knows of one kind of server: how to recognise its processes, where its number
 * of workers is set, and how it scales. Data and small pure functions; one file each.
 */
export interface ServerDefinition {
  /** Stable, for programs: `gunicorn`, `celery-beat`. */
  readonly kind: string;
  /** For people. */
  readonly label: string;
  /** The label where there is little room. */
  readonly shortLabel?: string;
  /**
   * `app` serves or runs a project's code; `service` is a program that projects use (postgres);
   * `supervisor` starts other servers, which are not its helpers.
   */
  readonly category: 'app' | 'service' | 'supervisor';
  /** For the README: where its number of workers is read from. */
  readonly configuredIn: string;
  /** Environment variables it reads, beyond the common ones. */
  readonly environment?: readonly string[];
  /** Flags of its command line that name the project's directory. */
  readonly directoryFlags?: readonly string[];
  /** The Python distribution that holds its version, lower case. */
  readonly distribution?: string;
  /** The setting with which it replaces a worker before that has grown too large: `--max-requests 1000`. */
  readonly recycling?: string;
  /** The setting with which it loads the app before it forks its workers, which then share it: `--preload`. */
  readonly preloading?: string;
  /** Configuration files to look for the number of workers in. It is asked again with what those say, and may then name more. */
  settings?(facts: ProcessFacts): readonly SettingsRequest[];
  /** Whether its first worker may be what has forked the others, and serves as they do. */
  readonly worksWithoutMaster?: boolean;
  /** The path of its virtualenv, where its configuration names it; null when it does not. */
  virtualenv?(facts: ProcessFacts): string | null;
  /** What its master can be asked. */
  readonly statusProbe?: StatusProbe;
  /** What this process is to this server; null when nothing. */
  claim(facts: ProcessFacts): Claim | null;
  /** What a process is to this server that no kind claims, by what else is known of it than its argv. */
  claimLast?(facts: ProcessFacts): Claim | null;
  /** What the children of its processes are, where each app of them is a server of its own: the apps of pm2. */
  readonly manages?: ServerDefinition;
  /**
   * What a process that is no process of this kind by itself is to this server when it is the child of one of its processes, or of what
   * manages it. Of a server it comes before what another kind claims, of what is managed after it.
   */
  claimChild?(facts: ProcessFacts, parent: Claim): Claim | null;
  /** What a process that nobody claims is to this server when it is the parent of one of its processes. */
  claimParent?(facts: ProcessFacts): Claim | null;
  /** The role where `claim` left it open. Default: a child of its kind is a worker, a parent of its kind a master, else single. */
  role?(member: Member): Role;
  /** What sets this instance apart from others of its kind, for people; null when nothing does. */
  remark?(server: ServerProcesses): string | null;
  /** Addresses it was told to listen on, from its arguments; empty when unknown. */
  bind?(server: ServerProcesses): readonly string[];
  /** Whether it listens there for commands, and not for what it serves. */
  isControl?(address: string): boolean;
  configured?(server: ServerProcesses): ConfiguredWorkers;
  /** The most workers that it would run, and what says so; null when that is not known, or has no end. */
  most?(server: ServerProcesses): MostWorkers | null;
  pools?(server: ServerProcesses): readonly Pool[];
  /** How its workers are told to be idle; null where that is not known of this instance. Left out where it is not known of the kind. */
  activity?(server: ServerProcesses): ActivityRule | null;
  readonly scaling: Scaling;
  /**
   * How a supervisor calls a program that it has started: a phrase for people; null when it cannot be told.
   * @param supervisor null where it is out of sight, in another namespace
   * @param variable a variable of the program's environment; null when it is not set
   */
  program?(supervisor: ServerProcesses | null, variable: (name: string) => string | null): string | null;
  /** The supervisor that started a process for it to start others, though the process is not the supervisor's child: a phrase. */
  startsFor?(facts: ProcessFacts): string | null;
  readonly embeddable?: Embeddable;
}

/** A scheduler that one worker of another kind can run itself. */
export interface Embeddable {
  /** The kind of the worker. */
  readonly kind: string;
  /** The worker's option for it: `-B`. */
  readonly option: string;
  /** The command line of such a worker. @param app null when it is not known */
  command(app: string | null): string;
}
