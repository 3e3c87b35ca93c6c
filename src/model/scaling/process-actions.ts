import { catches } from '../../servers/kit/signal-mask.ts';
import type { ProcessNode, Server } from '../model.ts';

/** What can be done to one process, other than changing the number of workers. */
export type ProcessAction = 'continue' | 'reload' | 'recycle' | 'stop' | 'kill';

export interface Offer {
  readonly action: ProcessAction;
  /** What it does, and by which signal. */
  readonly label: string;
  /** Why not; null when it can be done. */
  readonly refusal: string | null;
}

/** What can be done to a process, and what cannot, with the reason. @param server the one that it is part of */
export function offersFor(process: ProcessNode, server: Server | null): readonly Offer[] {
  return [
    {
      action: 'continue',
      label: 'continue it (CONT)',
      refusal: process.sample.state === 'T' ? null : 'it is not stopped',
    },
    { action: 'reload', label: 'reload its configuration (HUP)', refusal: whyNoReload(process, server) },
    {
      action: 'recycle',
      label: 'recycle it: its master starts another (TERM)',
      refusal: whyNoRecycle(process, server),
    },
    { action: 'stop', label: 'stop it, once it has finished (TERM)', refusal: null },
    { action: 'kill', label: 'kill it at once, losing what it does (KILL)', refusal: null },
  ];
}

/** HUP ends a process that does not handle it (signal(7)). */
function whyNoReload({ role, sample }: ProcessNode, server: Server | null): string | null {
  if (server === null || role !== 'master') return 'only a master reloads';
  return catches(sample.facts.caught, 'SIGHUP') ? null : 'it does not handle HUP, and would end';
}

function whyNoRecycle({ role }: ProcessNode, server: Server | null): string | null {
  if (role !== 'worker') return 'only a worker is replaced by its master';
  return server !== null && server.scaling.method !== 'none' ? null : 'its master may not start another';
}
