import type { Listener } from '../../snapshot.ts';
import { list, readBytes, readLink } from './files.ts';
import { parseTcp, parseUnix } from './parsers/net.ts';

/** Seconds for which the numbers of a process's sockets hold: servers open their listeners once. */
const LASTING = 20;

/** The listeners are at the top of the kernel's table: on a busy server the rest would be megabytes. */
const FIRST_BYTES = 8 * 1024;
const MOST_BYTES = 1024 * 1024;

/** Where processes listen, and how many connections wait there. */
export class Sockets {
  readonly #root: string;
  readonly #inodes = new Map<string, { readonly at: number; readonly inodes: ReadonlySet<number> | null }>();
  /** Listeners by network namespace, of one reading. */
  #tables = new Map<string, ReadonlyMap<number, Listener>>();

  constructor(root: string) {
    this.#root = root;
  }

  /** To be called before the first process of each reading. @param keys processes that still live */
  begin(keys: { has(key: string): boolean }): void {
    this.#tables = new Map();
    for (const key of this.#inodes.keys()) if (!keys.has(key)) this.#inodes.delete(key);
  }

  /** Null when the process's descriptors may not be read. @param now seconds since boot */
  of(pid: number, key: string, now: number): readonly Listener[] | null {
    const inodes = this.#inodesOf(pid, key, now);
    if (inodes === null) return null;
    if (inodes.size === 0) return [];
    const table = this.#table(pid);
    return [...inodes].flatMap((inode) => table.get(inode) ?? []).sort((a, b) => a.inode - b.inode);
  }

  #inodesOf(pid: number, key: string, now: number): ReadonlySet<number> | null {
    const known = this.#inodes.get(key);
    if (known !== undefined && now - known.at < LASTING) return known.inodes;
    const folder = `${this.#root}/${pid}/fd`;
    const entries = list(folder);
    const inodes = entries === null ? null : new Set<number>();
    for (const entry of entries ?? []) {
      const inode = /^socket:\[(\d+)\]$/.exec(readLink(`${folder}/${entry}`) ?? '')?.[1];
      if (inode !== undefined) inodes?.add(Number(inode));
    }
    this.#inodes.set(key, { at: now, inodes });
    return inodes;
  }

  #table(pid: number): ReadonlyMap<number, Listener> {
    const namespace = readLink(`${this.#root}/${pid}/ns/net`) ?? `pid:${pid}`;
    let table = this.#tables.get(namespace);
    if (table === undefined) {
      const folder = `${this.#root}/${pid}/net`;
      const all = [
        ...readTcp(`${folder}/tcp`),
        ...readTcp(`${folder}/tcp6`),
        ...parseUnix(textOf(`${folder}/unix`, MOST_BYTES)),
      ];
      table = new Map(all.map((listener) => [listener.inode, listener]));
      this.#tables.set(namespace, table);
    }
    return table;
  }
}

function readTcp(path: string): readonly Listener[] {
  for (let limit = FIRST_BYTES; ; limit *= 8) {
    const text = textOf(path, limit);
    const { listeners, complete } = parseTcp(text);
    if (complete || text.length < limit || limit >= MOST_BYTES) return listeners;
  }
}

function textOf(path: string, limit: number): string {
  const bytes = readBytes(path, limit);
  return typeof bytes === 'string' ? '' : bytes.toString('utf8');
}
