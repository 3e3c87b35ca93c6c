import type { ProcessKey } from '../../snapshot.ts';
import { type Model, type Project, type Server, serverTitle } from '../model.ts';

/** A change of workers, or the start or end of a server. */
export interface HistoryEvent {
  /** Wall clock, milliseconds since 1970. */
  readonly at: number;
  /** Seconds since boot. */
  readonly uptime: number;
  readonly projectId: string;
  readonly server: ProcessKey;
  readonly text: string;
  /** Whether workertop did it. */
  readonly ours: boolean;
  /** Memory used by the machine before the event, and after it settled, in bytes. */
  readonly usedBefore: number;
  readonly usedAfter: number;
}

/** Seconds. Changes of one server within this time are one event: workers start one by one. */
const TOGETHER = 15;
const MOST_EVENTS = 200;

interface Seen {
  readonly project: Project;
  readonly server: Server;
}

interface Open {
  event: HistoryEvent;
  readonly from: number;
}

/** Finds events by comparing each reading with the one before. */
export class Events {
  #servers: ReadonlyMap<ProcessKey, Seen> | null = null;
  #used = 0;
  #events: readonly HistoryEvent[] = [];
  /** The latest event of each server, while further changes may join it. */
  readonly #open = new Map<ProcessKey, Open>();

  get all(): readonly HistoryEvent[] {
    return this.#events;
  }

  /** @param oldest milliseconds since 1970: older events are forgotten */
  record(model: Model, oldest: number): void {
    const servers = serversOf(model);
    const before = this.#servers;
    const { used } = model.host.memory;
    this.#settle(model);
    if (before !== null) {
      for (const [key, seen] of servers) this.#compare(before.get(key) ?? null, seen, model);
      for (const [key, seen] of before) if (!servers.has(key)) this.#add(seen, 'ended', model);
    }
    this.#servers = servers;
    this.#used = used;
    this.#events = this.#events.filter(({ at }) => at >= oldest).slice(-MOST_EVENTS);
  }

  /**
   * Marks the events of a server since a time as workertop's.
   * @param since milliseconds since 1970
   */
  claim(server: ProcessKey, since: number): void {
    this.#events = this.#events.map((event) =>
      event.server === server && event.at >= since ? { ...event, ours: true } : event,
    );
    const open = this.#open.get(server);
    if (open !== undefined && open.event.at >= since) open.event = { ...open.event, ours: true };
  }

  #compare(before: Seen | null, seen: Seen, model: Model): void {
    if (before === null) {
      this.#add(seen, 'started', model);
      return;
    }
    const { server, project } = seen;
    const [from, to] = [before.server.workers.current, server.workers.current];
    // Numbers of servers that scale by themselves change all the time: those are no events.
    if (from === to || server.scaling.method === 'none') return;
    const open = this.#open.get(server.key);
    const start = open?.from ?? from;
    if (open !== undefined) this.#remove(open);
    if (start === to) return;
    const event = this.#eventOf(seen, `${project.name} ${start} → ${to} workers`, model);
    const kept = open === undefined ? event : { ...event, usedBefore: open.event.usedBefore, ours: open.event.ours };
    this.#events = [...this.#events, kept];
    this.#open.set(server.key, { event: kept, from: start });
  }

  #add(seen: Seen, what: 'started' | 'ended', model: Model): void {
    const text = `${seen.project.name}: ${serverTitle(seen.server)} ${what}`;
    const event = this.#eventOf(seen, text, model);
    this.#events = [...this.#events, event];
    this.#open.set(seen.server.key, { event, from: seen.server.workers.current });
  }

  #eventOf({ project, server }: Seen, text: string, { at, uptime, host }: Model): HistoryEvent {
    const { used } = host.memory;
    const about = { projectId: project.id, server: server.key, text, ours: false };
    return { at, uptime, ...about, usedBefore: this.#used, usedAfter: used };
  }

  #remove({ event }: Open): void {
    this.#events = this.#events.filter((recorded) => recorded !== event);
    this.#open.delete(event.server);
  }

  /** Updates the memory after an event until it has settled. */
  #settle({ uptime, host }: Model): void {
    for (const [key, open] of this.#open) {
      if (uptime - open.event.uptime > TOGETHER) {
        this.#open.delete(key);
        continue;
      }
      const event = { ...open.event, usedAfter: host.memory.used };
      this.#events = this.#events.map((recorded) => (recorded === open.event ? event : recorded));
      open.event = event;
    }
  }
}

function serversOf({ projects }: Model): ReadonlyMap<ProcessKey, Seen> {
  return new Map(projects.flatMap((project) => project.servers.map((server) => [server.key, { project, server }])));
}
