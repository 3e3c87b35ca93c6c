import { bytes, percent } from '../../text/figures.ts';
import { lastStretch } from '../history/utilisation.ts';
import type { Model, Project } from '../model.ts';
import { advice, namedProject, type Rule } from './rule.ts';

/** Bytes per second read from swap that slow the machine down. */
const SWAP_IN = 1024 * 1024;

/** Seconds. A program that wakes up reads its pages back faster than this. */
const LONG_ENOUGH = 30;

/** Fraction of time in which tasks wait for memory. While pages are read from swap, a lower one suffices. */
const WAITING = 0.2;
const WAITING_FOR_SWAP = 0.02;

/** The machine is busy moving memory to and from disk, so everything is slow. */
export const thrashing: Rule = (model, history) => {
  const { pressure } = model.host;
  if (pressure === null) return [];
  const waiting = pressure.someAvg60;
  const swapping = lastStretch(history.series('host', 'swapIn'), (rate) => rate >= SWAP_IN);
  const swaps = swapping.seconds >= LONG_ENOUGH && (waiting === null || waiting >= WAITING_FOR_SWAP);
  if (!swaps && (waiting === null || waiting < WAITING)) return [];
  const signs = [
    ...(waiting === null ? [] : [`tasks wait for memory ${percent(waiting)} of the time`]),
    ...(swaps ? [`${bytes(swapping.mean)}/s come from swap`] : []),
  ];
  const who = mostSwapped(model);
  const most = who === null ? '' : ` ${who.name} has ${bytes(who.memory.swap ?? 0)} in swap.`;
  const text = `Thrashing: ${signs.join(', ')}.${most}`;
  return [
    advice(who === null ? { type: 'machine' } : { type: 'project', project: namedProject(who) }, {
      kind: 'thrashing',
      severity: 'critical',
      text,
    }),
  ];
};

/** The project with most memory in swap; null if none has any, as far as known. */
function mostSwapped({ projects }: Model): Project | null {
  const swapped = projects.filter(({ memory }) => (memory.swap ?? 0) > 0);
  return swapped.toSorted((a, b) => (b.memory.swap ?? 0) - (a.memory.swap ?? 0))[0] ?? null;
}
