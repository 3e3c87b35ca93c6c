import type { MachineFigures, Watch } from './machine.ts';

/** Seconds. A longer gap between two readings does not count as watched. */
const LONGEST_GAP = 120;

/** Adds one reading to the extremes. */
export function watched(before: Watch | null, figures: MachineFigures): Watch {
  const { at, uptime, memory, swap, cpu } = figures;
  if (before === null) {
    const seen = { leastAvailable: memory.available, leastAt: at, mostSwapped: swap.used, mostCpu: cpu };
    return { seconds: 0, uptime, ...seen };
  }
  const passed = uptime - before.uptime;
  const isLess = memory.available < before.leastAvailable;
  return {
    seconds: before.seconds + (passed > 0 && passed <= LONGEST_GAP ? passed : 0),
    uptime,
    leastAvailable: isLess ? memory.available : before.leastAvailable,
    leastAt: isLess ? at : before.leastAt,
    mostSwapped: Math.max(before.mostSwapped, swap.used),
    mostCpu: cpu === null ? before.mostCpu : Math.max(before.mostCpu ?? 0, cpu),
  };
}
