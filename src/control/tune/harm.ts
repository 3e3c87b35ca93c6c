import type { Model } from '../../model/model.ts';
import { bytes } from '../../text/figures.ts';

/** Bytes per second read from swap that count as trouble. */
const SWAPPING = 1024 * 1024;

/** Bytes by which swap may grow during one trial. */
const SWAP_GROWTH = 64 * 1024 * 1024;

/** Whether the machine reads from swap, as a phrase; null if it does not. */
export function swapping({ host: { pressure } }: Model): string | null {
  const rate = pressure?.swapIn ?? 0;
  return rate > SWAPPING ? `the machine reads ${bytes(rate)}/s from swap` : null;
}

/** What has become worse on the machine since a model, as a phrase; null if nothing has. */
export function harmSince(before: Model, { host }: Model, previous: Model): string | null {
  const kills = (host.pressure?.oomKills ?? 0) - (before.host.pressure?.oomKills ?? 0);
  if (kills > 0) return 'the kernel killed a process because memory was full';
  const growth = host.swap.used - before.host.swap.used;
  if (growth > SWAP_GROWTH) return `swap grew by ${bytes(growth)}`;
  // One reading may be a page or two of something else.
  const rate = Math.min(host.pressure?.swapIn ?? 0, previous.host.pressure?.swapIn ?? 0);
  return rate > SWAPPING ? `the machine reads ${bytes(rate)}/s from swap` : null;
}
