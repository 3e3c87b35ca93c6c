import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { Listener } from '../../../snapshot.ts';
import { portOf } from '../../../text/port-of.ts';

/** Paths of iproute2's ss. PATH is not searched: its directories may belong to another user. */
const places = ['/usr/bin/ss', '/bin/ss', '/usr/sbin/ss', '/sbin/ss'];

/** Seconds between two runs of ss. */
const EVERY = 1;
/** Seconds after which ss is killed. */
const SS_TIMEOUT = 0.4;
/** Seconds for which an answer of ss is used. */
const LASTING = 5;

/** Most bytes of ss's output: about 20,000 connections. */
const MOST_BYTES = 8 * 1024 * 1024;

/**
 * Counts requests in flight at local ports. ss(8) tells for each accepted connection whether it received bytes after
 * its last answer. An idle connection that is kept alive does not count.
 */
export class TcpInfo {
  readonly #program = places.find((path) => existsSync(path)) ?? null;
  #askedAt = Number.NEGATIVE_INFINITY;
  #answeredAt = Number.NEGATIVE_INFINITY;
  #byPort: ReadonlyMap<number, number> = new Map();

  /** Requests in flight by port; empty if ss does not answer. Waits at most 0.4 s. @param now seconds since boot */
  async inFlight(ports: ReadonlySet<number>, now: number): Promise<ReadonlyMap<number, number>> {
    if (this.#program === null || ports.size === 0) return new Map();
    if (now - this.#askedAt >= EVERY) {
      this.#askedAt = now;
      const text = await run(this.#program, [...ports]);
      if (text !== null) {
        this.#byPort = parseInFlight(text, ports);
        this.#answeredAt = now;
      }
    }
    return now - this.#answeredAt < LASTING ? this.#byPort : new Map();
  }
}

function run(program: string, ports: readonly number[]): Promise<string | null> {
  const which = ports.flatMap((port, index) => [...(index === 0 ? [] : ['or']), 'sport', '=', `:${port}`]);
  const args = ['-tinHO', 'state', 'established', 'state', 'close-wait', ...which];
  const options = { timeout: SS_TIMEOUT * 1000, killSignal: 'SIGKILL', maxBuffer: MOST_BYTES, env: {} } as const;
  return new Promise((resolve) => {
    execFile(program, args, options, (error, text) => resolve(error === null ? text : null));
  });
}

/**
 * Counts the connections of each port that wait for an answer, in the output of `ss -tinHO`. Its lines are `RECV-Q
 * SEND-Q LOCAL:PORT PEER:PORT … bytes_sent:N bytes_received:N … lastsnd:MS lastrcv:MS lastack:MS …`. Figures that are 0
 * may be missing. The kernel counts these times in ticks of some milliseconds. If the last byte went out and the last one
 * came in within one, the client's acknowledgement tells which was first: that of an answer comes by itself, up to
 * 40 ms later (TCP_DELACK_MIN of the kernel's net/tcp.h), and that of an answer before a request comes with the request.
 */
export function parseInFlight(text: string, ports: ReadonlySet<number>): ReadonlyMap<number, number> {
  const byPort = new Map([...ports].map((port) => [port, 0]));
  for (const line of text.split('\n')) {
    const port = Number(/^\s*(?:[A-Z-]+\s+)?\d+\s+\d+\s+\S+:(\d+)\s/.exec(line)?.[1]);
    const count = byPort.get(port);
    if (count === undefined) continue;
    const figure = (name: string) => Number(new RegExp(` ${name}:(\\d+)`).exec(line)?.[1] ?? 0);
    const isAsked = figure('bytes_received') > 0;
    const [sent, received] = [figure('lastsnd'), figure('lastrcv')];
    const isLater = sent < received || (sent === received && figure('lastack') < received);
    if (isAsked && !(figure('bytes_sent') > 0 && isLater)) byPort.set(port, count + 1);
  }
  return byPort;
}

/** The requests in flight at an address; undefined if they were not counted. */
export function inFlightAt(address: string, byPort: ReadonlyMap<number, number>): number | undefined {
  const port = portOf(address);
  return port === null ? undefined : byPort.get(port);
}

/** The listeners with the requests in flight at their ports, where known. */
export function withInFlight(listeners: readonly Listener[], byPort: ReadonlyMap<number, number>): readonly Listener[] {
  return listeners.map((listener) => {
    const inFlight = inFlightAt(listener.address, byPort);
    return inFlight === undefined ? listener : { ...listener, inFlight };
  });
}
