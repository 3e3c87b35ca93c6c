import { pause } from '../../pause.ts';
import { type Activity, acceptedBy, type ProcessSample, type Snapshot } from '../../snapshot.ts';
import type { FileAnswerer } from '../files/files.ts';
import { KnownFiles } from '../files/known-files.ts';
import type { FactRequests, ReadHints, Source } from '../source.ts';
import { ActivityReader, type Worker } from './activity/activity-reader.ts';
import type { EpollTargets } from './activity/descriptors.ts';
import { cgroupMounts } from './cgroups.ts';
import { CodeChanges } from './code-changes.ts';
import { FactsReader } from './facts.ts';
import { HostReader } from './host.ts';
import { inspectProcess } from './inspect.ts';
import { ListenerReader, type Listeners } from './listener-reader.ts';
import { pageSize, readUptime, TICKS_PER_SECOND } from './machine.ts';
import { MemoryReader } from './memory-reader.ts';
import { readMemory, unreadMemory } from './memory-schedule.ts';
import type { Stat } from './parsers/stat.ts';
import { StatusClient } from './status/status-client.ts';
import { isDead, sampleOf, type Tracked } from './tracked.ts';
import type { ProcTree } from './tree.ts';
import { here } from './viewpoint.ts';

/** Programs set their titles and signal handlers in the first seconds of their lives. */
const SETTLING = 5;

/**
 * Title and signal masks of a process are read again after this many readings: of projects' processes, and of others.
 */
const RECHECK_PREFERRED = 8;
const RECHECK = 60;

/** In so many groups on another machine. */
const GROUPS = 4;

/** Seconds that a single reading, as of `list`, waits to learn what workers wait for. */
const ONLY_READING = 0.5;

export interface ProcSourceOptions {
  /** The source closes it. */
  readonly tree: ProcTree;
  readonly factRequests: FactRequests;
  /** Answers questions about users' files. The source closes it. */
  readonly files: FileAnswerer;
  /** A folder laid out like /sys/fs/cgroup. Default: this machine's mounts. */
  readonly cgroups?: string;
  /** Wall clock, milliseconds since 1970. */
  readonly clock?: () => number;
}

/**
 * Reads a Linux proc tree. Each file has its own interval, so a reading costs little more than one pass over `stat`.
 */
export class ProcSource implements Source {
  readonly #tree: ProcTree;
  readonly #clock: () => number;
  readonly #answerer: FileAnswerer;
  readonly #files: KnownFiles;
  readonly #facts: FactsReader;
  readonly #code: CodeChanges;
  readonly #host: HostReader;
  readonly #memory: MemoryReader;
  readonly #listeners: ListenerReader;
  /** Null if files of the tree cannot be opened here. */
  readonly #activity: ActivityReader | null;
  readonly #factRequests: FactRequests;
  /** Null if the tree may be another machine's: its sockets are not here. */
  readonly #status: StatusClient | null;
  readonly #pageSize: number;
  #tracked = new Map<number, Tracked>();
  #readings = 0;

  /** @throws Error if it is not a proc tree */
  constructor({ tree, factRequests, files, cgroups, clock = Date.now }: ProcSourceOptions) {
    tree.expect([
      'uptime',
      '/proc/self/auxv',
      '/proc/self/mountinfo',
      'stat',
      '1/cgroup',
      'self/cgroup',
      'self/ns/mnt',
    ]);
    readUptime(tree);
    this.#tree = tree;
    this.#clock = clock;
    this.#pageSize = pageSize(tree);
    const mounts = cgroupMounts(tree, cgroups);
    this.#answerer = files;
    this.#files = new KnownFiles(files);
    this.#facts = new FactsReader(tree, factRequests, this.#files, mounts);
    this.#code = new CodeChanges(files);
    this.#host = new HostReader(tree, this.#pageSize, mounts);
    this.#memory = new MemoryReader(tree, this.#pageSize);
    this.#listeners = new ListenerReader(tree);
    const epollTargets: EpollTargets = (path, now) => this.#files.look(here, now).epollTargets(path);
    const there = tree.activity;
    if (there !== null)
      this.#activity = new ActivityReader(tree.root, there.architecture, (path) => there.epollTargets(path), there);
    else this.#activity = tree.opens ? new ActivityReader(tree.root, process.arch, epollTargets) : null;
    this.#factRequests = factRequests;
    this.#status = tree.isOwn ? new StatusClient((pid) => inspectProcess(tree, pid)) : null;
  }

  async read(hints: ReadHints): Promise<Snapshot> {
    const tree = this.#tree;
    await tree.begin();
    const uptime = await tree.settle(() => readUptime(tree));
    const at = this.#clock();
    this.#readings += 1;
    const everything = hints.memoryBudget === Number.POSITIVE_INFINITY;
    // Asked now, so that the question goes out in one message with those about the processes' files.
    this.#distribution(uptime);
    const processes: (Tracked | Promise<Tracked>)[] = [];
    let kernelThreads = 0;
    // Idle processes outside projects are read at every fourth reading only.
    const isWanted = (pid: number) => hints.prefer.has(pid) || hints.watch.has(pid) || hints.listeners.has(pid);
    const mayRest = (pid: number) => !everything && !isWanted(pid);
    tree.stats.scan((pid, stat) => {
      if (stat.kernelThread) kernelThreads += 1;
      else processes.push(tree.settle(() => this.#track(pid, stat, uptime, hints)));
    }, mayRest);
    const tracked = new Map((await Promise.all(processes)).map((process) => [process.pid, process]));
    this.#tracked = tracked;
    // Before memory: reading a process's memory holds it up.
    if (hints.activity !== undefined) await tree.activity?.ask(hints.activity);
    let activity = this.#readActivity(hints, uptime);
    if (hints.patience !== undefined) await this.#awaitFiles(hints.patience, uptime);
    // A single reading: what is unknown now stays unknown.
    if (everything && this.#activity?.waits) {
      await Promise.race([this.#files.settled(), pause(ONLY_READING)]);
      activity = this.#readActivity(hints, uptime);
    }
    const living = [...tracked.values()].filter(({ stat }) => !isDead(stat));
    await tree.settle(() => readMemory(living, this.#memory, hints, uptime));
    const listening = [...hints.listeners].flatMap((pid) => tracked.get(pid) ?? []);
    const listeners = await this.#listeners.read(listening, hints, activity, uptime);
    for (const [pid, all] of listeners) this.#activity?.connections(pid, acceptedBy(all));
    await Promise.all([this.#ask(listeners, hints, uptime), this.#askForCode(hints, uptime)]);
    return {
      at,
      uptime,
      host: await tree.settle(() => this.#host.read(uptime, this.#distribution(uptime))),
      accounting: 'pss',
      processes: this.#samples(listeners, activity),
      kernelThreads,
      self: tree.self,
      // The first process exists in every tree: if it is hidden, so are other users' processes.
      othersHidden: !tracked.has(1),
      silentMounts: this.#files.silent,
    };
  }

  close(): void {
    this.#tree.close();
    this.#answerer.close();
    this.#activity?.close();
    this.#tracked.clear();
  }

  #track(pid: number, stat: Stat, uptime: number, hints: ReadHints): Tracked {
    const before = this.#tracked.get(pid);
    const rss = stat.rssPages * this.#pageSize;
    if (before === undefined || before.startTicks !== stat.startTicks) {
      const facts = this.#facts.read(pid, stat.comm, uptime);
      const { startTicks } = stat;
      const fresh = { memory: unreadMemory(), sample: null, sampled: null };
      return { pid, key: `${pid}:${startTicks}`, startTicks, rss, stat, facts, ...fresh };
    }
    before.rss = rss;
    before.stat = stat;
    const isChanged = stat.comm !== before.facts.comm || (this.#isDue(before, uptime, hints) && !this.#isSame(before));
    if (isChanged || this.#facts.isHeld(before.facts)) {
      before.facts = this.#facts.read(pid, stat.comm, uptime);
    }
    before.facts = this.#facts.again(before.facts, uptime);
    return before;
  }

  /** The name in os-release(5); null if there is none, or the answer is still to come. */
  #distribution(uptime: number): string | null {
    const lines = this.#files.look(here, uptime).lines('/etc/os-release', /^PRETTY_NAME=/);
    return /^PRETTY_NAME="?([^"]*)"?$/.exec(lines?.[0] ?? '')?.[1] ?? null;
  }

  /** Waits for answers about files. An answer may bring up the next question. */
  async #awaitFiles(seconds: number, uptime: number): Promise<void> {
    const limit = new AbortController();
    const timeout = pause(seconds, limit.signal);
    let isOver = false;
    timeout.then(() => {
      isOver = true;
    });
    while (!isOver && [...this.#tracked.values()].some(({ facts }) => facts.files === 'waiting')) {
      await Promise.race([this.#files.settled(), timeout]);
      const tracked = [...this.#tracked.values()];
      const again = tracked.map(({ facts }) => this.#tree.settle(() => this.#facts.again(facts, uptime)));
      for (const [index, facts] of (await Promise.all(again)).entries()) {
        const process = tracked[index];
        if (process !== undefined) process.facts = facts;
      }
    }
    limit.abort();
  }

  #isSame({ pid, facts, stat }: Tracked): boolean {
    // A process that has ended has lost its command line. Keep its facts.
    return isDead(stat) || this.#facts.unchanged(pid, facts);
  }

  #isDue({ pid, startTicks }: Tracked, uptime: number, hints: ReadHints): boolean {
    if (uptime - startTicks / TICKS_PER_SECOND < SETTLING) return true;
    // On another machine, looking at many at once costs less than looking at a few each time.
    const isHere = this.#tree.opens;
    if (hints.watch.has(pid) || (isHere && hints.listeners.has(pid))) return true;
    const every = hints.prefer.has(pid) || hints.listeners.has(pid) ? RECHECK_PREFERRED : RECHECK;
    const turn = isHere ? pid : (pid % GROUPS) * (every / GROUPS);
    return (this.#readings + turn) % every === 0;
  }

  /**
   * Asks servers for their status. Awaits an answer only if a scaling step depends on it, or if this is the only
   * reading (`list`).
   */
  async #ask(listeners: Listeners, { watch, memoryBudget }: ReadHints, uptime: number): Promise<void> {
    this.#status?.keep(new Set([...listeners.keys()].flatMap((pid) => this.#tracked.get(pid)?.key ?? [])));
    const awaited: Promise<void>[] = [];
    for (const [pid, ofProcess] of listeners) {
      const process = this.#tracked.get(pid);
      const statusProbe = process === undefined ? null : this.#factRequests.statusProbe(process.facts);
      if (this.#status === null || process === undefined || statusProbe === null) continue;
      const anew = watch.has(pid);
      const answer = this.#status.ask({ ...process, listeners: ofProcess ?? [] }, statusProbe, uptime, anew);
      if (anew || memoryBudget === Number.POSITIVE_INFINITY) awaited.push(answer);
    }
    if (awaited.length > 0) await Promise.all(awaited);
  }

  /** Asks when the code of servers changed that may get another worker now. */
  async #askForCode({ watch, listeners }: ReadHints, uptime: number): Promise<void> {
    const keys = new Set<string>();
    const answers: Promise<void>[] = [];
    for (const pid of watch) {
      const process = this.#tracked.get(pid);
      const wanted = process === undefined || !listeners.has(pid) ? null : this.#factRequests.code(process.facts);
      if (process === undefined || wanted === null) continue;
      keys.add(process.key);
      const viewpoint = await this.#tree.settle(() => this.#facts.viewpointOf(pid));
      answers.push(this.#code.ask(process.key, process.facts, wanted, viewpoint, uptime));
    }
    this.#code.keep(keys);
    if (answers.length > 0) await Promise.all(answers);
  }

  #readActivity({ activity }: ReadHints, uptime: number): ReadonlyMap<number, Activity> {
    const find = (pid: number): Worker | undefined => {
      const process = this.#tracked.get(pid);
      if (process === undefined || isDead(process.stat)) return undefined;
      const { key, stat } = process;
      return { pid, key, state: stat.state, threads: stat.threads };
    };
    return this.#activity?.read(activity ?? new Map(), find, uptime) ?? new Map();
  }

  #samples(listeners: Listeners, activity: ReadonlyMap<number, Activity>): readonly ProcessSample[] {
    const samples: ProcessSample[] = [];
    for (const process of this.#tracked.values()) {
      const { pid, key } = process;
      const selfReport = this.#status?.selfReport(key);
      samples.push(sampleOf(process, listeners.get(pid) ?? null, selfReport, activity.get(pid), this.#code.of(key)));
    }
    return samples;
  }
}
