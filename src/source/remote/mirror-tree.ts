import type { ReadFailure } from '../proc/files.ts';
import { isUnderLock } from '../proc/held.ts';
import type { ProcTree } from '../proc/tree.ts';
import { ChangedStats, machineFiles } from './changed-stats.ts';
import { sectionsOf, splitBy } from './frames.ts';
import type { Server } from './greeting.ts';
import { asksShell, type Line } from './line.ts';
import { MirroredStats } from './mirrored-stats.ts';
import { contentOrFailure, type OwnLines, ownLines, parseEnvironments, parseLinks } from './parse.ts';
import { ProcessChecks, pieces } from './process-checks.ts';
import { RemoteActivity } from './remote-activity.ts';
import { commandOf, maySend, type ShellFunction, shellFunctionOf } from './shell-functions.ts';

/** Most rounds of requests for one read, which follows links and lists. */
const MOST_ROUNDS = 12;

/** CPU seconds that the server spends to read the memory of one process: 0.05 ms for a small one, 3 ms for 1 GB. */
const MEMORY_COST = 0.0005;

/** Keys of files that are read rarely. Two reads in a row do not mean a third. */
const READ_ONCE = /smaps_rollup$|statm$|^e|^m|^l\d+\/(?:cwd|exe|ns\/mnt)$|^f\d+\/(?:cgroup|mountinfo)$/;

/** Below this budget, in seconds, memory is read at every third reading, for three times as many processes. */
const SMALL_BUDGET = 0.01;
const MEMORY_EVERY = 3;

/** Milliseconds after which network namespaces are read again: programs rarely change theirs. */
const NAMESPACES_LASTING = 20_000;

/** A file has not arrived yet. */
class NotFetched extends Error {}

/**
 * The proc tree of another machine. If a read misses a file, the file is requested together with all others missed in
 * this turn, and the read runs again. A file that two readings in a row have read is requested at the start of the next
 * one.
 */
export class MirrorTree implements ProcTree {
  readonly root = '/proc';
  readonly opens = false;
  readonly isOwn = false;
  readonly isKernels = true;
  readonly isRoot: boolean;
  readonly sys = '/sys';
  readonly architecture: string;
  readonly self: number | null;
  readonly stats: ChangedStats | MirroredStats;
  readonly activity: RemoteActivity | null;
  readonly #all: MirroredStats;
  /** What the reader on the server has reported; null if a shell reads. */
  readonly #kept: { readonly stats: ChangedStats; readonly checks: ProcessChecks } | null;
  readonly #line: Line;
  readonly #server: Server;
  readonly #variables: string;
  readonly #own: OwnLines;
  readonly #contents = new Map<string, Buffer | ReadFailure>();
  readonly #links = new Map<string, string | null>();
  readonly #lists = new Map<string, readonly string[] | null>();
  readonly #wanted = new Set<string>();
  #fetching: Promise<void> | null = null;
  #readings = 0;
  #namespacesAt = 0;
  /** Keys that were read in this reading and in the previous one. */
  #used = new Set<string>();
  #usedBefore = new Set<string>();

  /**
   * @param variables names of environment variables that may be sent here
   * @param hasReader whether the reader answers; only one tree may use it
   */
  constructor(line: Line, server: Server, variables: readonly string[], hasReader: boolean) {
    this.#line = line;
    this.#server = server;
    this.#kept = hasReader ? { stats: new ChangedStats(), checks: new ProcessChecks() } : null;
    this.#all = new MirroredStats(server.self);
    this.stats = this.#kept?.stats ?? this.#all;
    this.isRoot = server.uid === 0;
    this.architecture = server.architecture;
    this.self = server.self;
    this.activity = server.hasPerl ? RemoteActivity.of(line, this.root, server.architecture) : null;
    const names = variables.filter((name) => /^\w+$/.test(name));
    this.#variables = names.join('|');
    this.#own = ownLines(server.separator, line.nonce, names);
  }

  async begin(): Promise<void> {
    this.#readings += 1;
    this.#contents.clear();
    const namespaces = this.#namespaces();
    this.#links.clear();
    for (const [key, target] of namespaces) this.#links.set(key, target);
    this.#lists.clear();
    const comes = (key: string) => namespaces.has(key) || (this.#kept !== null && machineFiles.includes(key.slice(1)));
    const again = [...this.#used].filter((key) => this.#usedBefore.has(key) && !READ_ONCE.test(key) && !comes(key));
    this.#usedBefore = this.#used;
    this.#used = new Set();
    await this.#load(again, true);
  }

  expect(names: readonly string[]): void {
    for (const name of names) {
      const key = `${shellFunctionOf(name)}${name}`;
      if (!this.#has(key)) this.#wanted.add(key);
    }
  }

  bytes(name: string, limit?: number): Buffer | ReadFailure {
    const content = this.#content(`${shellFunctionOf(name)}${name}`);
    return typeof content === 'string' || limit === undefined ? content : content.subarray(0, limit);
  }

  whole(name: string, limit: number): Buffer | ReadFailure | 'huge' {
    // `smaps` is too long to send.
    if (name.endsWith('/smaps')) return 'huge';
    const content = this.#content(`${/\/net\/tcp6?$/.test(name) ? 'w' : shellFunctionOf(name)}${name}`);
    return typeof content !== 'string' && content.length > Math.min(limit, 1024 * 1024) ? 'huge' : content;
  }

  text(name: string, limit?: number): string | null {
    const content = this.bytes(name, limit);
    return typeof content === 'string' ? null : content.toString('utf8');
  }

  wholeText(name: string, limit: number): string | null {
    const content = this.whole(name, limit);
    return typeof content === 'string' ? null : content.toString('utf8');
  }

  *chunks(name: string): Generator<string, ReadFailure | null> {
    if (name.endsWith('/smaps')) return 'denied';
    const content = this.#content(`${shellFunctionOf(name)}${name}`);
    if (typeof content === 'string') return content;
    yield content.toString('latin1');
    return null;
  }

  link(name: string): string | null {
    return this.#found(this.#links, `l${name}`) ?? null;
  }

  list(name: string): readonly string[] | null {
    return this.#found(this.#lists, `${name.endsWith('/fd') ? 'l' : 'd'}${name}`) ?? null;
  }

  mostWithin(budget: number): number {
    // Starting the reader of memory costs as much as reading some processes.
    const every = budget < SMALL_BUDGET ? MEMORY_EVERY : 1;
    return this.#readings % every === 0 ? Math.ceil((every * budget) / MEMORY_COST) : 0;
  }

  settle<Result>(read: () => Result): Result | Promise<Result> {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof NotFetched)) throw error;
      return this.#again(read);
    }
  }

  close(): void {
    this.#line.close();
  }

  async #again<Result>(read: () => Result): Promise<Result> {
    for (let round = 0; round < MOST_ROUNDS; round++) {
      await this.#fetch();
      try {
        return read();
      } catch (error) {
        if (!(error instanceof NotFetched)) throw error;
      }
    }
    const [key = ''] = this.#wanted;
    throw new Error(`${key.slice(1)} of the server was asked for and never came`);
  }

  /** Requests all files wanted in this turn in one message. */
  #fetch(): Promise<void> {
    this.#fetching ??= Promise.resolve().then(() => {
      const keys = [...this.#wanted];
      this.#wanted.clear();
      this.#fetching = null;
      return this.#load(keys, false);
    });
    return this.#fetching;
  }

  /** Links to network namespaces that are still fresh. */
  #namespaces(): ReadonlyMap<string, string | null> {
    const now = performance.now();
    if (this.#kept === null || now - this.#namespacesAt >= NAMESPACES_LASTING) {
      this.#namespacesAt = now;
      return new Map();
    }
    return new Map([...this.#links].filter(([key]) => key.endsWith('/ns/net')));
  }

  #has(key: string): boolean {
    return this.#contents.has(key) || this.#links.has(key) || this.#lists.has(key);
  }

  #content(key: string): Buffer | ReadFailure {
    return this.#found(this.#contents, key) ?? 'missing';
  }

  #found<Value>(known: ReadonlyMap<string, Value>, key: string): Value | undefined {
    this.#used.add(key);
    if (known.has(key)) return known.get(key);
    this.#wanted.add(key);
    throw new NotFetched(key);
  }

  async #load(wanted: readonly string[], withStats: boolean, byShell = false): Promise<void> {
    const keys = wanted.filter((key) => !this.#isHeld(key));
    const kept = this.#kept;
    const ofReader = kept?.checks.plan(byShell ? [] : keys) ?? null;
    const commands = this.#planned(ofReader === null || byShell ? keys : ofReader.others);
    if (commands.length === 0 && !withStats && !ofReader?.commands.length) return;
    const foreseen = withStats && kept !== null ? (this.activity?.foresee() ?? null) : null;
    const texts = commands.map(({ shellFunction, names }) => commandOf(shellFunction, names, this.#variables));
    const shell = [...(withStats && kept === null ? ['s'] : []), ...texts].join('; ');
    const body =
      ofReader === null
        ? await this.#line.request(shell)
        : await this.#line.ask(
            [
              ...(withStats ? [foreseen === null ? 't' : `t ${foreseen}`] : []),
              ...ofReader.commands,
              ...(shell === '' ? [] : [asksShell(shell)]),
            ].join('\n'),
          );
    const next = new Map<string, Buffer[]>();
    for (const { tag, content } of sectionsOf(body, this.#line.nonce))
      next.set(tag, [...(next.get(tag) ?? []), content]);
    const take = (tag: string) => next.get(tag)?.shift() ?? Buffer.alloc(0);
    if (foreseen !== null) this.activity?.takeForetold(foreseen, take('p'));
    if (withStats) this.#takeStats(take(kept === null ? 's' : 't'));
    for (const { shellFunction, names } of commands) this.#take(shellFunction, names, take);
    if (kept === null || ofReader === null) return;
    for (const { shellFunction, names } of commands) if (shellFunction === 'f') kept.checks.keep(names, this.#contents);
    const missing = kept.checks.take(ofReader, take, this.#contents);
    if (missing.length > 0) await this.#load(missing, false, true);
  }

  /**
   * Whether reading the file on the server may block: the latest stat says that the process is in uninterruptible
   * sleep. The states of its other threads are unknown.
   */
  #isHeld(key: string): boolean {
    const name = key.slice(1);
    if (!isUnderLock(name) || this.stats.stateOf(Number.parseInt(name, 10)) !== 'D') return false;
    this.#contents.set(key, 'held');
    return true;
  }

  #takeStats(content: Buffer): void {
    if (this.#kept === null) {
      this.#all.take(content);
      return;
    }
    const { stats, checks } = this.#kept;
    const gone = stats.take(content);
    checks.forget(gone);
    for (const pid of gone) this.#links.delete(`l${pid}/ns/net`);
    for (const name of machineFiles) this.#contents.set(`f${name}`, 'missing');
    for (const [name, text] of stats.files()) this.#contents.set(`f${name}`, text);
  }

  #planned(
    keys: readonly string[],
  ): readonly { readonly shellFunction: ShellFunction; readonly names: readonly string[] }[] {
    const plan = new Map<ShellFunction, string[]>();
    for (const key of keys) {
      const shellFunction = key.slice(0, 1) as ShellFunction;
      const name = key.slice(1);
      if (!maySend(shellFunction, name)) this.#contents.set(key, 'missing');
      else plan.set(shellFunction, [...(plan.get(shellFunction) ?? []), name]);
    }
    return [...plan].flatMap(([shellFunction, names]) => pieces(names).map((some) => ({ shellFunction, names: some })));
  }

  #take(shellFunction: ShellFunction, names: readonly string[], next: (tag: string) => Buffer): void {
    switch (shellFunction) {
      case 'f': {
        const parts = splitBy(next(shellFunction), this.#server.separator);
        for (const [index, name] of names.entries()) {
          this.#contents.set(`f${name}`, contentOrFailure(parts[index] ?? Buffer.alloc(0)));
        }
        return;
      }
      case 'e': {
        const parts = parseEnvironments(next('e'), this.#own);
        for (const [index, name] of names.entries()) this.#contents.set(`e${name}`, parts[index] ?? 'missing');
        return;
      }
      case 'l': {
        const links = parseLinks(next('l').toString('latin1'));
        for (const name of names) {
          if (name.endsWith('/fd')) this.#takeList(name, links);
          else this.#links.set(`l${name}`, links.get(name) ?? null);
        }
        return;
      }
      case 'd': {
        const all = next('d').toString('utf8').split('\n');
        for (const name of names) {
          const inside = all.filter((one) => one.startsWith(`${name}/`) && one !== `${name}/*`);
          this.#lists.set(`d${name}`, inside.length === 0 ? null : inside.map((one) => one.slice(name.length + 1)));
        }
        return;
      }
      default:
        for (const name of names) this.#contents.set(`${shellFunction}${name}`, next(`${shellFunction}${name}`));
    }
  }

  #takeList(name: string, links: ReadonlyMap<string, string | null>): void {
    const entries: string[] = [];
    for (const [path, target] of links) {
      if (!path.startsWith(`${name}/`)) continue;
      entries.push(path.slice(name.length + 1));
      this.#links.set(`l${path}`, target);
    }
    this.#lists.set(`l${name}`, entries.length === 0 ? null : entries);
  }
}
