import { createConnection, isIP, type Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { StatusProbe, StatusRequest } from '../../../probes.ts';
import type { Listener, ProcessFacts, SelfReport } from '../../../snapshot.ts';
import { findLocalSocket } from '../../files/local-socket.ts';
import { type Inspected, isStill } from '../inspect.ts';
import { TICKS_PER_SECOND } from '../machine.ts';
import { readAll, readFramed } from './status-protocol.ts';

/** An answer is reused for this many seconds. */
const LASTING = 20;

/** The last answer counts for this many seconds if no newer one comes: a busy machine answers late. */
const REMEMBERED = 60;

/** Milliseconds until a request is given up: the server is busy or stuck. */
const LONGEST = 200;

interface Entry {
  /** Seconds since boot when it was asked. */
  asked: number;
  selfReport: SelfReport | undefined;
  pending: Promise<void> | null;
}

export interface StatusSubject {
  readonly pid: number;
  readonly startTicks: number;
  readonly key: string;
  readonly facts: ProcessFacts;
  readonly listeners: readonly Listener[];
}

/** Asks masters for their status in the background. A reading takes the answers that have come so far. */
export class StatusClient {
  readonly #entries = new Map<string, Entry>();
  readonly #look: (pid: number) => Inspected | null;

  /** @param look reads a process now */
  constructor(look: (pid: number) => Inspected | null) {
    this.#look = look;
  }

  /** The last report of a process; undefined if there is none. */
  selfReport(key: string): SelfReport | undefined {
    return this.#entries.get(key)?.selfReport;
  }

  /**
   * Asks the master if it is time to.
   * @param now seconds since boot
   * @param anew asks in any case
   * @returns resolves when it has answered or given up
   */
  async ask(
    { pid, startTicks, key, facts, listeners }: StatusSubject,
    statusProbe: StatusProbe,
    now: number,
    anew: boolean,
  ): Promise<void> {
    let entry = this.#entries.get(key);
    if (entry?.pending) return entry.pending;
    if (entry !== undefined && !anew && now - entry.asked < LASTING) return;
    const request = statusProbe.request(facts, listeners);
    // The address comes from the title, which only a process with one user's ids has written itself.
    if (request === null || !isStill(this.#look(pid), { startTicks, uid: facts.uid })) {
      this.#entries.delete(key);
      return;
    }
    entry ??= { asked: now, selfReport: undefined, pending: null };
    entry.asked = now;
    this.#entries.set(key, entry);
    const current = entry;
    current.pending = askMaster(request, facts, pid, statusProbe).then((selfReport) => {
      if (selfReport) current.selfReport = { ...selfReport, asOf: now * TICKS_PER_SECOND };
      else if (selfReport === null || now - (current.selfReport?.asOf ?? 0) / TICKS_PER_SECOND > REMEMBERED)
        current.selfReport = undefined;
      current.pending = null;
    });
    return current.pending;
  }

  /**
   * Forgets all processes but these.
   * @param keys processes that still live
   */
  keep(keys: { has(key: string): boolean }): void {
    for (const key of this.#entries.keys()) if (!keys.has(key)) this.#entries.delete(key);
  }
}

/**
 * Asks one master.
 * @returns its report; undefined if no answer came in time; null if the answer is another process's or makes no sense.
 * Never throws
 */
async function askMaster(
  request: StatusRequest,
  facts: ProcessFacts,
  pid: number,
  statusProbe: StatusProbe,
): Promise<Omit<SelfReport, 'asOf'> | null | undefined> {
  const socket = connect(request.address, facts);
  if (socket === null) return null;
  socket.on('error', () => {});
  const limit = setTimeout(() => socket.destroy(), LONGEST);
  const isOwn = (answer: unknown) => statusProbe.isFrom(pid, answer);
  try {
    const { commands } = request;
    const answers = commands.length === 0 ? [await readAll(socket)] : await readFramed(socket, commands, isOwn);
    return answers === null || !isOwn(answers[0]) ? null : statusProbe.understand(answers);
  } catch {
    return undefined;
  } finally {
    clearTimeout(limit);
    socket.destroy();
  }
}

/** Connects to addresses of this machine, and to sockets of the server's own user. Null for any other. */
function connect(address: string, { uid }: ProcessFacts): Socket | null {
  const path = /^unix:(\/.*)$/.exec(address)?.[1];
  if (path !== undefined) return connectToFile(path, uid);
  const [, host = '', port] = /^tcp:(.*):(\d+)$/.exec(address) ?? [];
  const number = Number(port);
  return isOurs(host) && number > 0 && number < 65536 ? createConnection({ host, port: number }) : null;
}

function connectToFile(path: string, uid: number | null): Socket | null {
  const found = findLocalSocket(path, uid);
  if (found === null) return null;
  const socket = createConnection({ path: found.path });
  return socket.on('close', () => found.close());
}

/** Whether an address is of this machine. Names are not looked up: that would ask other machines. */
function isOurs(host: string): boolean {
  if (isIP(host) === 0) return false;
  if (/^127\./.test(host) || host === '::1') return true;
  return Object.values(networkInterfaces()).some((addresses) => addresses?.some(({ address }) => address === host));
}
