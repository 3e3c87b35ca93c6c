import type { Server } from '../model.ts';
import type { ServerActivity } from './in-use.ts';

/** `2.7 of 3`; a figure that is next to nothing is 0. */
export function ofAll(inUse: number, total: number): string {
  const figure = inUse < 0.05 ? '0' : inUse.toFixed(1);
  return `${figure.replace(/\.0$/, '')} of ${total}`;
}

/** `2.7 of 3 in use`, with what they are where they are no workers: `5.1 of 8 threads in use`. */
export function inUsePhrase(inUse: number, { unit, total }: ServerActivity): string {
  const things = unit === 'worker' ? '' : unit === 'thread' ? ' threads' : ' event loops';
  return `${ofAll(inUse, total ?? 0)}${things} in use`;
}

/** What is said of a share of them that was in use: null where it is not known how many there are. */
export function sharePhrase({ activity }: Server, share: number): string | null {
  return activity?.total === null || activity === null ? null : inUsePhrase(share * activity.total, activity);
}
