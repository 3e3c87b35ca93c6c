import type { Activity, ProcessSample } from '../../snapshot.ts';
import type { ReadHints } from '../source.ts';
import { inFlightAt, TcpInfo, withInFlight } from './activity/tcp-info.ts';
import { Sockets } from './sockets.ts';
import type { ProcTree } from './tree.ts';

/** By pid; null if a process's descriptors may not be read. */
export type Listeners = ReadonlyMap<number, ProcessSample['listeners']>;

interface Listening {
  readonly pid: number;
  readonly key: string;
}

/** Reads where servers listen, how many connections wait there, and how many requests are in flight. */
export class ListenerReader {
  readonly #tree: ProcTree;
  readonly #sockets: Sockets;
  readonly #tcpInfo = new TcpInfo();

  constructor(tree: ProcTree) {
    this.#tree = tree;
    this.#sockets = new Sockets(tree);
  }

  /**
   * @param processes the living processes of `hints.listeners`
   * @param activity what workers were seen doing at this reading
   * @param uptime seconds since boot
   */
  async read(
    processes: readonly Listening[],
    hints: ReadHints,
    activity: ReadonlyMap<number, Activity>,
    uptime: number,
  ): Promise<Listeners> {
    const isFresh = hints.connections === true || !nobodyWaits(hints, activity);
    const keys = new Set(processes.map(({ key }) => key));
    this.#sockets.begin(keys, { connections: hints.connections ?? false, isFresh });
    const listeners = await this.#tree.settle(() => {
      this.#sockets.prepare(processes, uptime);
      return new Map(processes.map(({ pid, key }) => [pid, this.#sockets.of(pid, key, uptime)]));
    });
    return this.#withRequests(listeners, hints, uptime);
  }

  /** Adds the requests in flight. ss(8) reports those of this machine's own network namespace. */
  async #withRequests(
    listeners: Listeners,
    { inFlight: ports = new Set() }: ReadHints,
    uptime: number,
  ): Promise<Listeners> {
    if (ports.size === 0 || !this.#tree.isOwn) return listeners;
    const inFlight = await this.#tcpInfo.inFlight(ports, uptime);
    const here = this.#tree.link('self/ns/net');
    return new Map(
      [...listeners].map(([pid, ofProcess]) => {
        const isCounted =
          ofProcess?.some(({ address }) => inFlightAt(address, inFlight) !== undefined) &&
          this.#tree.link(`${pid}/ns/net`) === here;
        return [pid, isCounted && ofProcess ? withInFlight(ofProcess, inFlight) : ofProcess];
      }),
    );
  }
}

/** Whether every server whose queue is shown has an idle worker at this reading: it would take what waits. */
function nobodyWaits({ listeners, unhurried, activity }: ReadHints, seen: ReadonlyMap<number, Activity>): boolean {
  const withIdleWorker = new Set<number>();
  for (const [pid, { rule, master }] of activity ?? []) {
    const isIdle = rule.by === 'tasks' || (rule.by === 'process' && seen.get(pid)?.doing.includes('idle'));
    if (isIdle) withIdleWorker.add(master);
  }
  return [...listeners].every((pid) => unhurried?.has(pid) || withIdleWorker.has(pid));
}
