import type { ProcessNode, Server } from '../model/model.ts';
import { isRefused, type Refused } from '../model/refused.ts';
import type { ProcessAction } from '../model/scaling/process-actions.ts';
import type { Inspected } from '../source/proc/inspect.ts';
import { asShown, judgeScale, signalOf, whyNotAct } from './judge.ts';
import type { Outcome } from './outcome.ts';
import type { Signals } from './signals.ts';

/** What came of a signal on another machine. */
export type SentThere = 'done' | 'ended' | 'changed' | 'denied' | 'namespace' | 'bad';

/** Processes of another machine. */
export interface ThereProcesses {
  readonly destination: string;
  /** Reads processes now; those that are gone are left out. @throws Error if the connection breaks */
  inspect(pids: readonly number[]): Promise<ReadonlyMap<number, Inspected>>;
  /**
   * Sends a signal if the process is still exactly what `inspect` found: that is compared there, in the same step.
   * @throws Error if the connection breaks
   */
  signal(found: Inspected, signal: NodeJS.Signals): Promise<SentThere>;
}

/** Signals processes of another machine. Commands and FIFOs are left to that machine. */
export class RemoteSignals implements Signals {
  readonly #there: ThereProcesses;

  constructor(there: ThereProcesses) {
    this.#there = there;
  }

  async scale(server: Server, direction: 1 | -1): Promise<Outcome> {
    const workers = server.processes.filter(({ role }) => role === 'worker');
    const found = await this.#inspect([server.head, ...workers]);
    if (typeof found === 'string') return found;
    const identify = (process: ProcessNode) => this.#identify(process, found);
    const judged = judgeScale(server, direction, identify);
    switch (judged.type) {
      case 'refused':
        return judged.reason;
      case 'errand':
        return `${server.definition.label} does not scale by signals, and its command is run on ${this.#there.destination} only: start workertop there.`;
      case 'signal':
        return this.#send(server.head, found, judged.signal);
    }
  }

  async act(action: ProcessAction, process: ProcessNode, server: Server | null): Promise<Outcome> {
    const all = await this.#inspect([process]);
    if (typeof all === 'string') return all;
    const found = this.#identify(process, all);
    if (isRefused(found)) return found.refused;
    return whyNotAct(action, process, server, found) ?? this.#send(process, all, signalOf[action]);
  }

  async #inspect(processes: readonly ProcessNode[]): Promise<ReadonlyMap<number, Inspected> | string> {
    try {
      return await this.#there.inspect(processes.map(({ pid }) => pid));
    } catch (error) {
      return `${messageOf(error)}: nothing was sent.`;
    }
  }

  #identify(process: ProcessNode, found: ReadonlyMap<number, Inspected>): Inspected | Refused {
    const { pid } = process;
    if (!Number.isInteger(pid) || pid <= 1) return { refused: `${pid} is never sent a signal.` };
    return asShown(process, found.get(pid) ?? null);
  }

  async #send(
    { pid, sample }: ProcessNode,
    found: ReadonlyMap<number, Inspected>,
    signal: NodeJS.Signals,
  ): Promise<Outcome> {
    const inspected = found.get(pid);
    if (inspected === undefined) return `${pid} has ended.`;
    const { user } = sample.facts;
    const { destination } = this.#there;
    try {
      switch (await this.#there.signal(inspected, signal)) {
        case 'done':
          return null;
        case 'ended':
          return `${pid} has ended.`;
        case 'changed':
          return `${pid} has just changed: nothing was sent.`;
        case 'denied':
          return `You may not signal ${pid} on ${destination}: it belongs to ${user ?? 'another user'}. Use --sudo.`;
        case 'namespace':
          return `The /proc of ${destination} shows another PID namespace, where pids mean other processes: nothing was sent.`;
        case 'bad':
          return `${destination} did not signal ${pid}.`;
      }
    } catch (error) {
      return `${messageOf(error)}: whether ${signal} reached ${pid} is not known.`;
    }
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
