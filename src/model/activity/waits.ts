import type { Doing } from '../../snapshot.ts';
import type { Model, Server } from '../model.ts';

/**
 * What a worker in use did: it computed, a client kept it busy, or it waited for something. Of a remote address only
 * the port is kept.
 */
export type Use =
  | { readonly type: 'cpu' | 'client' }
  | { readonly type: 'net'; readonly port: number; readonly local: boolean }
  | { readonly type: 'socket' | 'unix' | 'pipe' | 'disk' | 'lock' | 'sleep' | 'child' | 'other' };

/** One use, with its fraction of all uses. */
export interface UseShare {
  readonly use: Use;
  readonly share: number;
}

/** Seconds of one slot, and the number of slots kept: ten minutes. */
const SLOT = 15;
const SLOTS = 40;

/** Most different uses in one slot. More are counted as others. */
const MOST_USES = 24;

interface Slot {
  readonly number: number;
  readonly counts: Map<string, number>;
}

/** What workers in use did over the last ten minutes, by server. */
export class Waits {
  readonly #servers = new Map<string, Slot[]>();

  /** @param uptime seconds since boot */
  add(server: string, doing: readonly Doing[], uptime: number): void {
    const number = Math.floor(uptime / SLOT);
    let slots = this.#servers.get(server);
    if (slots === undefined) {
      slots = [];
      this.#servers.set(server, slots);
    }
    let slot = slots.at(-1);
    if (slot?.number !== number) {
      slot = { number, counts: new Map() };
      slots.push(slot);
      while ((slots[0]?.number ?? number) <= number - SLOTS) slots.shift();
    }
    for (const one of doing) {
      const name = nameOf(one);
      if (name === null) continue;
      const known = slot.counts.has(name) || slot.counts.size < MOST_USES ? name : 'other';
      slot.counts.set(known, (slot.counts.get(known) ?? 0) + 1);
    }
  }

  forget(server: string): void {
    this.#servers.delete(server);
  }

  clear(): void {
    this.#servers.clear();
  }

  /** The uses of a server, the largest share first; empty if nothing was in use. */
  shares(server: string): readonly UseShare[] {
    const sums = new Map<string, number>();
    let all = 0;
    for (const { counts } of this.#servers.get(server) ?? []) {
      for (const [name, count] of counts) {
        sums.set(name, (sums.get(name) ?? 0) + count);
        all += count;
      }
    }
    return [...sums]
      .map(([name, count]) => ({ use: useNamed(name), share: count / all }))
      .sort((a, b) => b.share - a.share);
  }
}

function nameOf(doing: Doing): string | null {
  if (doing === 'idle' || doing === 'unknown') return null;
  if (typeof doing === 'string') return doing;
  return doing.wait === 'net' ? `net ${doing.port} ${doing.local ? 'here' : 'there'}` : doing.wait;
}

/** The use of a worker; null if it is idle or unknown. */
export function useOf(doing: Doing): Use | null {
  const name = nameOf(doing);
  return name === null ? null : useNamed(name);
}

function useNamed(name: string): Use {
  const [type, port, place] = name.split(' ');
  if (type === 'net') return { type, port: Number(port), local: place === 'here' };
  return { type: type as Exclude<Use['type'], 'net'> };
}

/** Programs at well-known ports: from IANA's registry, and each program's default. */
const usual: Readonly<Record<number, string>> = {
  53: 'DNS',
  80: 'HTTP',
  443: 'HTTPS',
  3306: 'MySQL',
  5432: 'postgres',
  5672: 'RabbitMQ',
  6379: 'redis',
  9200: 'Elasticsearch',
  11211: 'memcached',
  27017: 'MongoDB',
};

const words: Readonly<Record<Exclude<Use['type'], 'net'>, string>> = {
  cpu: 'computing',
  client: 'a client',
  socket: 'a socket',
  unix: 'a unix socket',
  pipe: 'a pipe',
  disk: 'the disk',
  lock: 'a lock',
  sleep: 'sleep',
  child: 'a child process',
  other: 'something else',
};

/** A use in words: `:5432 postgres`, `a lock`. */
export function useText(use: Use, model: Model): string {
  if (use.type !== 'net') return words[use.type];
  const listening = use.local ? whoListens(use.port, model) : null;
  const name = listening ?? usual[use.port];
  return name === undefined ? `:${use.port}` : `:${use.port} ${name}`;
}

/** The local server that listens at a port, with its project if that says more. */
function whoListens(port: number, { projects }: Model): string | null {
  for (const { name, servers } of projects) {
    const found = servers.find((server) => listensAt(server, port));
    if (found) return found.definition.category === 'service' ? found.definition.label : name;
  }
  return null;
}

function listensAt({ listeners }: Server, port: number): boolean {
  return listeners?.some(({ address }) => !address.startsWith('unix:') && address.endsWith(`:${port}`)) ?? false;
}

/** `71 % :5432 postgres, 12 % computing`: the most frequent uses. Null if nothing was in use. */
export function usesText(shares: readonly UseShare[], model: Model, most = 3): string | null {
  const told = shares.filter(({ share }) => share >= 0.01).slice(0, most);
  if (told.length === 0) return null;
  return told.map(({ use, share }) => `${Math.round(share * 100)} % ${useText(use, model)}`).join(', ');
}
