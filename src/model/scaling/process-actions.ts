import { mixedIds } from '../../recognise/may-scale.ts';
import { catches } from '../../servers/kit/signal-mask.ts';
import type { ProcessNode, Server } from '../model.ts';

/** What can be done to one process, apart from changing the number of workers. */
export type ProcessAction = 'continue' | 'reload' | 'recycle' | 'stop' | 'kill';

export interface Offer {
  readonly action: ProcessAction;
  /** What it does, and by which signal. */
  readonly label: string;
  /** Why not; null if it can be done. */
  readonly refusal: string | null;
}

/**
 * The actions for a process, those that are refused with the reason.
 * @param server the server that it belongs to
 */
export function availableActions(process: ProcessNode, server: Server | null): readonly Offer[] {
  // A user who reads the title may be deceived about what it is.
  const unowned = process.sample.facts.ids === 'mixed' ? `it ${mixedIds}` : null;
  const offer = (action: ProcessAction, label: string, refusal: string | null): Offer => ({
    action,
    label,
    refusal: unowned ?? refusal,
  });
  return [
    offer('continue', 'Continue (SIGCONT)', process.sample.state === 'T' ? null : 'it is not stopped'),
    offer('reload', 'Reload the configuration (SIGHUP)', whyNoReload(process, server)),
    offer('recycle', 'Replace it with a fresh worker (SIGTERM)', whyNoRecycle(process, server)),
    offer('stop', 'Stop after the current request (SIGTERM)', null),
    offer('kill', 'Kill now, dropping its request (SIGKILL)', null),
  ];
}

/** Why a process cannot reload: HUP ends one that does not handle it (signal(7)). */
function whyNoReload({ role, sample }: ProcessNode, server: Server | null): string | null {
  if (server === null || role !== 'master') return 'only a master reloads';
  return catches(sample.facts.caught, 'SIGHUP') ? null : 'it does not handle HUP, and would end';
}

function whyNoRecycle({ role }: ProcessNode, server: Server | null): string | null {
  if (role !== 'worker') return 'only a worker is replaced by its master';
  if (server === null || server.scaling.method === 'none') return 'its master may not start another';
  return server.head.sample.facts.ids === 'mixed' ? `its master ${mixedIds}` : null;
}
