import { type ProcessNode, type Server, serverTitle } from '../model/model.ts';
import { isRefused, type Refused } from '../model/refused.ts';
import type { ProcessAction } from '../model/scaling/process-actions.ts';
import { availableActions } from '../model/scaling/process-actions.ts';
import { scalingRefusal } from '../recognise/may-scale.ts';
import { claimOf } from '../servers/registry.ts';
import type { ProcessFacts, ProcessSample } from '../snapshot.ts';
import { type Inspected, inspectProcess } from '../source/proc/inspect.ts';
import { LocalTree } from '../source/proc/local-tree.ts';
import type { ProcTree } from '../source/proc/tree.ts';
import { errorCode } from '../text/errno.ts';
import { plural } from '../text/figures.ts';
import type { AsOwner } from './as-owner/errand.ts';
import { sendSignal } from './kill.ts';
import type { Outcome } from './outcome.ts';

/** Changes the number of workers, and signals processes. */
export interface Signals {
  /** Tells a master to run one worker more or fewer. Asynchronous if not by a signal. */
  scale(server: Server, direction: 1 | -1): Outcome | Promise<Outcome>;
  /**
   * Does something to one process.
   * @param server the server that it belongs to
   */
  act(action: ProcessAction, process: ProcessNode, server: Server | null): Outcome;
}

/** Refuses everything: for recordings, other machines' trees, and `--read-only`. */
export function noSignals(reason: string): Signals {
  return { scale: () => reason, act: () => reason };
}

const signalOf: Readonly<Record<ProcessAction, NodeJS.Signals>> = {
  continue: 'SIGCONT',
  reload: 'SIGHUP',
  recycle: 'SIGTERM',
  stop: 'SIGTERM',
  kill: 'SIGKILL',
};

/**
 * Signals processes of this machine. The model may be seconds old. So everything that matters is read again at the last
 * moment, and a process that is not the same any more, or would not handle the signal, gets none. FIFOs are written and
 * commands are run with the rights of the server's owner, never with root's.
 */
export class ProcessSignals implements Signals {
  readonly #asOwner: AsOwner;
  readonly #tree: ProcTree;

  constructor(asOwner: AsOwner, root = '/proc') {
    this.#asOwner = asOwner;
    this.#tree = new LocalTree(root);
  }

  scale(server: Server, direction: 1 | -1): Outcome | Promise<Outcome> {
    const { head, definition } = server;
    const found = this.#identify(head);
    if (isRefused(found)) return found.refused;
    const fresh = renewed(head.sample, found);
    const claimed = claimOf(fresh.facts);
    const runs = claimed?.definition.manages ?? claimed?.definition;
    if (claimed === null || runs !== definition || head.role === null) {
      return `${head.pid} runs another program by now: nothing was sent.`;
    }
    const workers = server.processes.flatMap((process) => {
      if (process.role !== 'worker') return [];
      const worker = this.#identify(process);
      return isRefused(worker) || worker.state === 'Z' ? [] : [renewed(process.sample, worker)];
    });
    const claim = server.managed === null ? claimed.claim : server.claim;
    const processes = { head: fresh, claim, workers };
    const refused = scalingRefusal(definition, processes, head.role);
    if (refused !== null) return refused;
    const { scaling } = definition;
    const { pid, startTicks } = fresh;
    // The caller has checked the floor. Check again: below it lies an outage, and pm2 would forget its app.
    if (scaling.method !== 'none' && direction === -1 && workers.length <= scaling.floor) {
      return `${serverTitle(server)} has ${plural(workers.length, 'worker')} left: nothing was sent.`;
    }
    switch (scaling.method) {
      case 'signal':
        return send(head, direction === 1 ? 'SIGTTIN' : 'SIGTTOU');
      case 'fifo': {
        const path = scaling.path(processes);
        if (path === null) return 'Its FIFO is not known.';
        return this.#asOwner({ kind: 'write', pid, startTicks, path, text: direction === 1 ? '+' : '-' });
      }
      case 'command': {
        const command = scaling.command(processes, direction);
        if (command === null) return 'Its command is not known.';
        return this.#asOwner({ kind: 'run', pid, startTicks, command, cwd: fresh.facts.cwd });
      }
      case 'none':
        return scaling.refuse(processes);
    }
  }

  act(action: ProcessAction, process: ProcessNode, server: Server | null): Outcome {
    const found = this.#identify(process);
    if (isRefused(found)) return found.refused;
    const fresh: ProcessNode = { ...process, sample: renewed(process.sample, found) };
    const refusal = availableActions(fresh, server).find((offer) => offer.action === action)?.refusal ?? null;
    return refusal === null ? send(process, signalOf[action]) : `${process.pid} was left alone: ${refusal}.`;
  }

  /**
   * Reads the process now.
   * @returns a refusal if it is not the same any more
   */
  #identify({ pid, sample }: ProcessNode): Inspected | Refused {
    // 0 and below stand for groups of processes, and 1 is the machine's init.
    if (!Number.isInteger(pid) || pid <= 1) return { refused: `${pid} is never sent a signal.` };
    // In a container that sees the host's /proc, kill(2) would take the pid for another process.
    if (this.#tree.self !== process.pid)
      return {
        refused: `${this.#tree.root} shows another PID namespace, where pids mean other processes: nothing was sent.`,
      };
    const found = inspectProcess(this.#tree, pid);
    if (found === null) return { refused: `${pid} has ended.` };
    if (found.startTicks !== sample.startTicks)
      return { refused: `${pid} is another process by now: nothing was sent.` };
    if (found.ids === undefined) return { refused: `The owner of ${pid} cannot be read: nothing was sent.` };
    return found;
  }
}

/** The sample with everything that decides about signals as it is now. */
function renewed(sample: ProcessSample, found: Inspected): ProcessSample {
  const { pid, startTicks, ppid, state, ...read } = found;
  const facts: ProcessFacts = { ...sample.facts, ...read };
  return { ...sample, pid, startTicks, state, ppid, facts };
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
