import { whyUntold } from '../activity/words.ts';
import type { Server } from '../model.ts';

/** Why a guided run cannot tune this server, as a sentence; null if it can. */
export function whyNotTuned({ scaling, activity, definition, queue, workers, processes }: Server): string | null {
  const { label } = definition;
  if (!scaling.available) return scaling.reason;
  if (scaling.method === 'command')
    return `${label} takes no signals, so workertop cannot tune it. Use workertop advise to see how many workers are enough.`;
  if (activity === null || activity.unit === 'loop')
    return `How many workers of ${label} are in use cannot be told: it is not tuned.`;
  if (activity.basis === null && !processes.some(({ sample }) => sample.activity !== undefined))
    return 'What its workers are doing has not been read yet: try again in a moment.';
  if (activity.basis !== 'syscall') return `It is not tuned: ${whyUntold(activity)}.`;
  if (queue === null) return 'workertop cannot tell whether requests wait, so it cannot tune it.';
  return workers.current > workers.floor
    ? null
    : `It has ${workers.current === 1 ? '1 worker' : `${workers.current} workers`} left: that is the fewest.`;
}
