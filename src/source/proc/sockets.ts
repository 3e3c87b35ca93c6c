import type { Listener } from '../../snapshot.ts';
import { parseAllTcp, parseTcp, parseUnix } from './parsers/net.ts';
import type { ProcTree } from './tree.ts';

/** The socket numbers of a process are read again after this many seconds: servers open listeners once. */
const LASTING = 20;

/** While nobody waits, the tables are read again after this many seconds only. */
const CALM = 5;

/** Bytes of one read of a socket table: the kernel returns whole lines. */
const PAGE = 4096;
/** Bytes: more than a line of tcp or tcp6 has (150 and 180). */
const LONGEST_LINE = 256;

/** Bytes: 50,000 sockets. In a larger table, waiting and open connections are not counted. */
const LARGEST_TABLE = 8 * 1024 * 1024;

/**
 * Most descriptors of a process that are looked at, the lowest first: reading 100,000 links takes half a second, and
 * servers open their listeners before they have connections.
 */
const MOST_DESCRIPTORS = 8192;

type Table = 'tcp' | 'tcp6' | 'unix';

/** The sockets of one process. */
interface Descriptors {
  /** Seconds since boot. */
  readonly at: number;
  /** Null if they may not be read. */
  readonly inodes: ReadonlySet<number> | null;
  /** Whether it has more descriptors than were looked at. */
  readonly isCut: boolean;
}

/** The listeners of one network namespace. */
interface Namespace {
  readonly tables: Readonly<Record<Table, readonly Listener[]>>;
  readonly byInode: ReadonlyMap<number, Listener>;
  /** Seconds since boot when all tables were read. */
  readonly readAt: number;
  /** Seconds since boot when the tables with listeners of requested processes were read. */
  readonly requestedReadAt: number;
}

const none: Namespace = {
  tables: { tcp: [], tcp6: [], unix: [] },
  byInode: new Map(),
  readAt: Number.NEGATIVE_INFINITY,
  requestedReadAt: Number.NEGATIVE_INFINITY,
};

/** Reads where processes listen, and how many connections wait there. */
export class Sockets {
  readonly #tree: ProcTree;
  readonly #inodes = new Map<string, Descriptors>();
  #namespaces = new Map<string, Namespace>();
  /** Namespaces that this reading has read already. */
  #current = new Set<string>();
  #connections = false;
  #isFresh = true;

  constructor(tree: ProcTree) {
    this.#tree = tree;
  }

  /**
   * Starts a reading. Call it before `of`.
   * @param keys processes that still live
   * @param connections whether to count open connections
   * @param isFresh whether the tables must be read anew, since a connection may wait
   */
  begin(
    keys: { has(key: string): boolean },
    { connections, isFresh }: { readonly connections: boolean; readonly isFresh: boolean },
  ): void {
    this.#connections = connections;
    this.#isFresh = isFresh;
    for (const name of this.#namespaces.keys()) if (!this.#current.has(name)) this.#namespaces.delete(name);
    this.#current = new Set();
    for (const key of this.#inodes.keys()) if (!keys.has(key)) this.#inodes.delete(key);
  }

  /**
   * Reads the descriptors of processes before their listeners. A new process may need another table.
   * @param now seconds since boot
   */
  prepare(processes: readonly { readonly pid: number; readonly key: string }[], now: number): void {
    const isDue = ({ key }: { readonly key: string }) => now - (this.#inodes.get(key)?.at ?? -LASTING) >= LASTING;
    const names = processes.filter(isDue).map(({ pid }) => `${pid}/fd`);
    this.#tree.expect([...names, ...processes.map(({ pid }) => `${pid}/ns/net`)]);
    for (const { pid, key } of processes) this.#inodesOf(pid, key, now);
  }

  /**
   * The listeners of a process; null if its descriptors may not be read, or are too many to find any.
   * @param now seconds since boot
   */
  of(pid: number, key: string, now: number): readonly Listener[] | null {
    const inodes = this.#inodesOf(pid, key, now);
    if (inodes === null) return null;
    const unseen = this.#inodes.get(key)?.isCut ? null : [];
    if (inodes.size === 0) return unseen;
    const { byInode } = this.#namespace(pid, now);
    const listeners = [...inodes].flatMap((inode) => byInode.get(inode) ?? []).sort((a, b) => a.inode - b.inode);
    return listeners.length === 0 ? unseen : listeners;
  }

  #inodesOf(pid: number, key: string, now: number): ReadonlySet<number> | null {
    const before = this.#inodes.get(key);
    if (before !== undefined && now - before.at < LASTING) return before.inodes;
    const folder = `${pid}/fd`;
    const entries = this.#tree.list(folder);
    const inodes = entries === null ? null : new Set<number>();
    for (const entry of entries?.slice(0, MOST_DESCRIPTORS) ?? []) {
      const inode = /^socket:\[(\d+)\]$/.exec(this.#tree.link(`${folder}/${entry}`) ?? '')?.[1];
      if (inode !== undefined) inodes?.add(Number(inode));
    }
    const isCut = (entries?.length ?? 0) > MOST_DESCRIPTORS;
    this.#inodes.set(key, { at: now, inodes, isCut });
    // It may listen somewhere new.
    if (before === undefined || !sameSet(before.inodes, inodes)) this.#namespaces.clear();
    return inodes;
  }

  /**
   * Reads the listeners of a namespace. For each table the kernel walks through a hash table whose size depends on the
   * machine's memory (2 ms on 24 GB). So only tables with listeners of requested processes are read every time.
   */
  #namespace(pid: number, now: number): Namespace {
    const name = this.#tree.link(`${pid}/ns/net`) ?? `pid:${pid}`;
    const before = this.#namespaces.get(name) ?? none;
    if (before !== none && (this.#current.has(name) || this.#isCalm(before, now))) {
      this.#current.add(name);
      return before;
    }
    const folder = `${pid}/net`;
    const isAllDue = now - before.readAt >= LASTING;
    const isDue = (table: Table) => isAllDue || before.tables[table].some(({ inode }) => this.#isRequested(inode));
    const wanted = (['tcp', 'tcp6', 'unix'] as const).filter(isDue);
    if (!this.#connections) this.#tree.expect(wanted.map((table) => `${folder}/${table}`));
    const tables = {
      tcp: isDue('tcp') ? this.#readTcp(`${folder}/tcp`) : [],
      tcp6: isDue('tcp6') ? this.#readTcp(`${folder}/tcp6`) : [],
      unix: isDue('unix') ? readUnix(this.#tree, `${folder}/unix`) : [],
    };
    const listeners = Object.values(tables).flat();
    const byInode = new Map(listeners.map((listener) => [listener.inode, listener]));
    const namespace = { tables, byInode, readAt: isAllDue ? now : before.readAt, requestedReadAt: now };
    this.#namespaces.set(name, namespace);
    this.#current.add(name);
    return namespace;
  }

  /** Whether nobody waited when it was read, a short while ago, and nobody can now. */
  #isCalm({ tables, requestedReadAt }: Namespace, now: number): boolean {
    if (this.#isFresh || now - requestedReadAt >= CALM) return false;
    return Object.values(tables).every((all) => all.every(({ queue, inode }) => !queue || !this.#isRequested(inode)));
  }

  #readTcp(name: string): readonly Listener[] {
    return this.#connections ? readAllTcp(this.#tree, name) : readListeners(this.#tree, name);
  }

  #isRequested(inode: number): boolean {
    for (const { inodes } of this.#inodes.values()) if (inodes?.has(inode)) return true;
    return false;
  }
}

function sameSet(a: ReadonlySet<number> | null, b: ReadonlySet<number> | null): boolean {
  return a?.size === b?.size && [...(a ?? [])].every((value) => b?.has(value));
}

/**
 * Reads the listeners, which come first in the kernel's list; on a busy server the rest would be megabytes. A page with
 * room for one more line is the last: another read would walk through the kernel's table again (2 ms on 24 GB).
 */
function readListeners(tree: ProcTree, name: string): readonly Listener[] {
  const found: Listener[] = [];
  let rest = '';
  let length = 0;
  for (const chunk of tree.chunks(name, PAGE)) {
    const text = rest + chunk;
    const end = text.lastIndexOf('\n') + 1;
    const { listeners, complete } = parseTcp(text.slice(0, end));
    found.push(...listeners);
    rest = text.slice(end);
    length += chunk.length;
    if (complete || chunk.length < PAGE - LONGEST_LINE || length > LARGEST_TABLE) break;
  }
  // Only a copied table may end without a line break.
  return rest === '' ? found : [...found, ...parseTcp(rest).listeners];
}

/** Reads the whole table with the number of open connections, unless it is too large. */
function readAllTcp(tree: ProcTree, name: string): readonly Listener[] {
  const bytes = tree.whole(name, LARGEST_TABLE);
  if (bytes === 'huge') return readListeners(tree, name);
  return typeof bytes === 'string' ? [] : parseAllTcp(bytes.toString('latin1'));
}

/** Reads Unix listeners. If the table is too large, only those in its first part, without their queues. */
function readUnix(tree: ProcTree, name: string): readonly Listener[] {
  const bytes = tree.whole(name, LARGEST_TABLE);
  if (bytes !== 'huge') return typeof bytes === 'string' ? [] : parseUnix(bytes.toString('utf8'));
  const part = tree.bytes(name, LARGEST_TABLE);
  if (typeof part === 'string') return [];
  return parseUnix(part.toString('utf8')).map(({ address, inode }) => ({ address, inode, queue: null }));
}
