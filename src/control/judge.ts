import { type ProcessNode, type Server, serverTitle } from '../model/model.ts';
import { isRefused, type Refused } from '../model/refused.ts';
import { availableActions, type ProcessAction } from '../model/scaling/process-actions.ts';
import { scalingRefusal } from '../recognise/may-scale.ts';
import { claimOf } from '../servers/registry.ts';
import type { ProcessFacts, ProcessSample } from '../snapshot.ts';
import type { Inspected } from '../source/proc/inspect.ts';
import { plural } from '../text/figures.ts';
import type { Errand } from './as-owner/errand.ts';

/** The signal of each action. */
export const signalOf: Readonly<Record<ProcessAction, NodeJS.Signals>> = {
  continue: 'SIGCONT',
  reload: 'SIGHUP',
  recycle: 'SIGTERM',
  stop: 'SIGTERM',
  kill: 'SIGKILL',
};

/** How to tell a server to run one worker more or fewer, or why not. */
export type Judged =
  | { readonly type: 'refused'; readonly reason: string }
  | { readonly type: 'signal'; readonly signal: 'SIGTTIN' | 'SIGTTOU' }
  | { readonly type: 'errand'; readonly errand: Errand };

function refuse(reason: string): Judged {
  return { type: 'refused', reason };
}

/**
 * Decides about one worker more or fewer, by what the processes are now.
 * @param identify reads a process now
 */
export function judgeScale(
  server: Server,
  direction: 1 | -1,
  identify: (process: ProcessNode) => Inspected | Refused,
): Judged {
  const { head, definition } = server;
  const inspected = identify(head);
  if (isRefused(inspected)) return refuse(inspected.refused);
  const fresh = renewed(head.sample, inspected);
  const claimed = claimOf(fresh.facts);
  const runs = claimed?.definition.manages ?? claimed?.definition;
  if (claimed === null || runs !== definition || head.role === null) {
    return refuse(`${head.pid} runs another program now: nothing was sent.`);
  }
  const workers = server.processes.flatMap((process) => {
    if (process.role !== 'worker') return [];
    const worker = identify(process);
    // A worker that waits in the kernel is still there, and counts.
    if (isRefused(worker)) return 'held' in worker ? [process.sample] : [];
    return worker.state === 'Z' ? [] : [renewed(process.sample, worker)];
  });
  const claim = server.managed === null ? claimed.claim : server.claim;
  const processes = { head: fresh, claim, workers };
  const refused = scalingRefusal(definition, processes, head.role);
  if (refused !== null) return refuse(refused);
  const { scaling } = definition;
  const { pid, startTicks } = fresh;
  // The caller has checked the floor. Check again: below it lies an outage, and pm2 would forget its app.
  if (scaling.method !== 'none' && direction === -1 && workers.length <= scaling.floor) {
    return refuse(`${serverTitle(server)} has ${plural(workers.length, 'worker')} left: nothing was sent.`);
  }
  switch (scaling.method) {
    case 'signal':
      return { type: 'signal', signal: direction === 1 ? 'SIGTTIN' : 'SIGTTOU' };
    case 'fifo': {
      const path = scaling.path(processes);
      if (path === null) return refuse('Its FIFO is not known.');
      return { type: 'errand', errand: { kind: 'write', pid, startTicks, path, text: direction === 1 ? '+' : '-' } };
    }
    case 'command': {
      const command = scaling.command(processes, direction);
      if (command === null) return refuse('Its command is not known.');
      return { type: 'errand', errand: { kind: 'run', pid, startTicks, command, cwd: fresh.facts.cwd } };
    }
    case 'none':
      return refuse(scaling.refuse(processes));
  }
}

/** Why a process is left alone, as it is now; null if it may be signalled. */
export function whyNotAct(
  action: ProcessAction,
  process: ProcessNode,
  server: Server | null,
  inspected: Inspected,
): string | null {
  const fresh: ProcessNode = { ...process, sample: renewed(process.sample, inspected) };
  const refusal = availableActions(fresh, server).find((offer) => offer.action === action)?.refusal ?? null;
  return refusal === null ? null : `Nothing was sent to ${process.pid}: ${refusal}.`;
}

/** The process is the same, but reading its command line might block. */
interface HeldUp extends Refused {
  readonly held: true;
}

/** Whether a process is still the one shown. @param inspected null if it has ended */
export function asShown({ pid, sample }: ProcessNode, inspected: Inspected | null): Inspected | Refused | HeldUp {
  if (inspected === null) return { refused: `${pid} has ended.` };
  if (inspected.startTicks !== sample.startTicks)
    return { refused: `${pid} is another process now: nothing was sent.` };
  if (inspected.held)
    return { refused: `${pid} hangs in the kernel and cannot be inspected: nothing was sent.`, held: true };
  if (inspected.ids === undefined) return { refused: `The owner of ${pid} cannot be read: nothing was sent.` };
  return inspected;
}

/** The sample with everything that decides about signals as it is now. */
function renewed(sample: ProcessSample, inspected: Inspected): ProcessSample {
  const { pid, startTicks, ppid, state, held: _, ...read } = inspected;
  const facts: ProcessFacts = { ...sample.facts, ...read };
  return { ...sample, pid, startTicks, state, ppid, facts };
}
