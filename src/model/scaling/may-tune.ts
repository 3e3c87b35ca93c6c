import { plural } from '../../text/figures.ts';
import { whyUntold } from '../activity/words.ts';
import type { Server } from '../model.ts';

/** Why a guided run cannot tune this server, as a sentence; null if it can. */
export function whyNotTuned({ scaling, activity, definition, queue, workers, processes }: Server): string | null {
  const { label } = definition;
  if (!scaling.available) return scaling.reason;
  if (scaling.method === 'command')
    return `${label} takes no signals, so workertop cannot tune it. Use workertop advise to see how many workers are enough.`;
  if (activity === null || activity.unit === 'loop')
    return `workertop cannot see which workers of ${label} are in use, so it cannot tune it.`;
  if (activity.basis === null && !processes.some(({ sample }) => sample.activity !== undefined))
    return 'workertop has not read yet what its workers do. Try again in a moment.';
  if (activity.basis !== 'syscall') return `workertop cannot tune it: ${whyUntold(activity)}.`;
  if (queue === null) return 'workertop cannot tell whether requests wait, so it cannot tune it.';
  return workers.current > workers.floor
    ? null
    : `It has ${plural(workers.current, 'worker')} left: that is the fewest.`;
}
