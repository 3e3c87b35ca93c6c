import type { ProcessNode, Server } from '../model/model.ts';
import { isRefused, type Refused } from '../model/refused.ts';
import type { ProcessAction } from '../model/scaling/process-actions.ts';
import { pause } from '../pause.ts';
import { type Inspected, inspectProcess } from '../source/proc/inspect.ts';
import { LocalTree } from '../source/proc/local-tree.ts';
import type { ProcTree } from '../source/proc/tree.ts';
import { errorCode } from '../text/errno.ts';
import type { AsOwner } from './as-owner/errand.ts';
import { asShown, judgeScale, signalOf, whyNotAct } from './judge.ts';
import { sendSignal } from './kill.ts';
import type { Outcome } from './outcome.ts';

/**
 * Longest time to wait for a process that waits in the kernel, and the time between two looks, in seconds. On a machine
 * that swaps this is usual, and soon over.
 */
const HELD_FOR = 1;
const HELD_PAUSE = 0.02;

/** Changes the number of workers, and signals processes. */
export interface Signals {
  /** Tells a master to run one worker more or fewer. Asynchronous unless it is a signal on this machine. */
  scale(server: Server, direction: 1 | -1): Outcome | Promise<Outcome>;
  /**
   * Does something to one process.
   * @param server the server that it belongs to
   */
  act(action: ProcessAction, process: ProcessNode, server: Server | null): Outcome | Promise<Outcome>;
}

/** Refuses everything: for recordings, other machines' trees, and `--read-only`. */
export function noSignals(reason: string): Signals {
  return { scale: () => reason, act: () => reason };
}

/**
 * Signals processes of this machine. The model may be seconds old, so everything that matters is read again at the last
 * moment. A process that has changed, or would not handle the signal, gets none. FIFOs are written and commands are run
 * with the rights of the server's owner, never with root's.
 */
export class ProcessSignals implements Signals {
  readonly #asOwner: AsOwner;
  readonly #tree: ProcTree;

  constructor(asOwner: AsOwner, root = '/proc') {
    this.#asOwner = asOwner;
    this.#tree = new LocalTree(root);
  }

  scale(server: Server, direction: 1 | -1): Outcome | Promise<Outcome> {
    return this.#onceReadable(server.head, () => this.#scale(server, direction));
  }

  act(action: ProcessAction, process: ProcessNode, server: Server | null): Outcome | Promise<Outcome> {
    return this.#onceReadable(process, () => this.#act(action, process, server));
  }

  /** Looks and sends in one go, once the process can be looked at, or the time is up. */
  #onceReadable(process: ProcessNode, lookAndSend: () => Outcome | Promise<Outcome>): Outcome | Promise<Outcome> {
    return this.#isHeld(process) ? this.#later(process, lookAndSend) : lookAndSend();
  }

  async #later(process: ProcessNode, lookAndSend: () => Outcome | Promise<Outcome>): Promise<Outcome> {
    for (let waited = 0; waited < HELD_FOR && this.#isHeld(process); waited += HELD_PAUSE) await pause(HELD_PAUSE);
    return lookAndSend();
  }

  #isHeld({ pid }: ProcessNode): boolean {
    return this.#tree.bytes(`${pid}/cmdline`) === 'held';
  }

  #scale(server: Server, direction: 1 | -1): Outcome | Promise<Outcome> {
    const judged = judgeScale(server, direction, (process) => this.#identify(process));
    switch (judged.type) {
      case 'refused':
        return judged.reason;
      case 'signal':
        return send(server.head, judged.signal);
      case 'errand':
        return this.#asOwner(judged.errand);
    }
  }

  #act(action: ProcessAction, process: ProcessNode, server: Server | null): Outcome {
    const inspected = this.#identify(process);
    if (isRefused(inspected)) return inspected.refused;
    return whyNotAct(action, process, server, inspected) ?? send(process, signalOf[action]);
  }

  /**
   * Reads the process now.
   * @returns a refusal if it is not the same any more
   */
  #identify(shown: ProcessNode): Inspected | Refused {
    const { pid } = shown;
    // 0 and below stand for groups of processes, and 1 is the machine's init.
    if (!Number.isInteger(pid) || pid <= 1) return { refused: `${pid} is never sent a signal.` };
    // In a container that sees the host's /proc, kill(2) would take the pid for another process.
    if (this.#tree.self !== process.pid)
      return {
        refused: `${this.#tree.root} shows another PID namespace, where pids mean other processes: nothing was sent.`,
      };
    return asShown(shown, inspectProcess(this.#tree, pid));
  }
}

function send({ pid, sample }: ProcessNode, signal: NodeJS.Signals): Outcome {
  try {
    sendSignal(pid, signal);
    return null;
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ESRCH') return `${pid} has ended.`;
    if (code !== 'EPERM') throw error;
    const { user, uid } = sample.facts;
    return `You may not signal ${pid}: it belongs to ${user ?? (uid === null ? 'another user' : `user ${uid}`)}. Use sudo.`;
  }
}
