import { addressOf } from '../parsers/net.ts';
import type { ActivityFiles } from './activity-files.ts';

/** The other end of a connection. */
export type Peer =
  | {
      readonly type: 'net';
      readonly localPort: number;
      readonly port: number;
      readonly address: string;
      readonly local: boolean;
    }
  /** `name`: the path that this end is bound to. An accepted connection has its listener's path. */
  | { readonly type: 'unix'; readonly name: string | null };

/** Fraction of CPU time for reading tables of connections. */
const SHARE = 0.01;

/** Seconds for which an unused socket is remembered. */
const REMEMBERED = 60;

const files = ['tcp', 'tcp6', 'udp', 'udp6', 'unix'] as const;
type Table = (typeof files)[number];

/** Seconds after which a socket that was in no table is searched again: it may be connected by then. */
const AGAIN = 5;

interface Remembered {
  readonly peer: Peer | null;
  readonly foundAt: number;
  usedAt: number;
}

/**
 * Finds the peers of sockets. The kernel lists them only in tables of all connections, which take milliseconds on a
 * large machine. So the tables are read only for new sockets, and only within a share of CPU time.
 */
export class Peers {
  readonly #root: string;
  readonly #files: ActivityFiles;
  /** Known sockets by namespace and inode. The kernel hardly ever reuses a socket's inode number. */
  readonly #known = new Map<string, Remembered>();
  readonly #namespaces = new Map<string, string>();
  #tables = new Map<string, string>();
  #now = 0;
  /** Time from which tables may be read again, in seconds since boot. */
  #nextRead = 0;
  /** Seconds by which this reading delays the next one of tables. */
  #delay = 0;

  constructor(root: string, files: ActivityFiles) {
    this.#files = files;
    this.#root = root;
  }

  /** Begins a reading. @param now seconds since boot */
  begin(now: number): void {
    this.#now = now;
    this.#tables = new Map();
    for (const [key, { usedAt }] of this.#known) if (now - usedAt > REMEMBERED) this.#known.delete(key);
  }

  forget(key: string): void {
    this.#namespaces.delete(key);
  }

  /** The peer of a socket; null if unknown or not read yet. @param key identity of the process that has the socket */
  of(inode: number, pid: number, key: string): Peer | null {
    const namespace = this.#namespaceOf(pid, key);
    const name = `${namespace} ${inode}`;
    const remembered = this.#known.get(name);
    if (remembered !== undefined && (remembered.peer !== null || this.#now - remembered.foundAt < AGAIN)) {
      remembered.usedAt = this.#now;
      return remembered.peer;
    }
    if (this.#now < this.#nextRead) return null;
    if (!this.#files.mayFind(inode, pid)) return null;
    const peer = this.#find(inode, pid, namespace);
    this.#known.set(name, { peer, foundAt: this.#now, usedAt: this.#now });
    return peer;
  }

  #namespaceOf(pid: number, key: string): string {
    let namespace = this.#namespaces.get(key);
    if (namespace === undefined) {
      namespace = this.#files.link(`${this.#root}/${pid}/ns/net`) ?? `pid:${pid}`;
      this.#namespaces.set(key, namespace);
    }
    return namespace;
  }

  #find(inode: number, pid: number, namespace: string): Peer | null {
    for (const table of files) {
      const line = lineOf(this.#table(table, pid, namespace), inode, table === 'unix' ? UNIX_INODE : INET_INODE);
      if (line === null) continue;
      return table === 'unix' ? { type: 'unix', name: line[UNIX_NAME] ?? null } : inetPeer(line);
    }
    return null;
  }

  #table(table: Table, pid: number, namespace: string): string {
    const name = `${namespace} ${table}`;
    let text = this.#tables.get(name);
    if (text === undefined) {
      const began = performance.now();
      text = this.#files.table(`${this.#root}/${pid}/net/${table}`);
      this.#tables.set(name, text);
      const cost = (performance.now() - began) / 1000;
      // This reading may still read its other tables. The next one waits.
      this.#delay += cost / SHARE;
    }
    return text;
  }

  /** Ends a reading. */
  end(): void {
    if (this.#delay > 0) this.#nextRead = this.#now + this.#delay;
    this.#delay = 0;
  }
}

/** Columns of proc_pid_net(5): `sl local remote st queues timer retrnsmt uid timeout inode`. */
const INET_LOCAL = 1;
const INET_REMOTE = 2;
const INET_INODE = 9;
/** Columns of net/unix: `Num RefCount Protocol Flags Type St Inode Path`. */
const UNIX_INODE = 6;
const UNIX_NAME = 7;

/** The words of the line with the inode in that column. */
function lineOf(text: string, inode: number, column: number): readonly string[] | null {
  const word = ` ${inode}`;
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    const start = text.lastIndexOf('\n', at) + 1;
    const end = text.indexOf('\n', at);
    const words = text
      .slice(start, end < 0 ? text.length : end)
      .trim()
      .split(/ +/);
    if (words[column] === String(inode)) return words;
  }
  return null;
}

function inetPeer(words: readonly string[]): Peer | null {
  const [localAddress = '', localPort = ''] = words[INET_LOCAL]?.split(':') ?? [];
  const [address = '', port = ''] = words[INET_REMOTE]?.split(':') ?? [];
  if (port === '') return null;
  const remote = addressOf(address);
  return {
    type: 'net',
    localPort: Number.parseInt(localPort, 16),
    port: Number.parseInt(port, 16),
    address: remote,
    // Both ends of a connection within one machine have the same address.
    local: address === localAddress || remote.startsWith('127.') || remote === '[::1]',
  };
}
