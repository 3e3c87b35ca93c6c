import type { Snapshot } from '../snapshot.ts';
import type { HostModel, HostPressure } from './model.ts';

/**
 * @param memoryTotal bytes that shares are shares of, as the user wants it; null for what the host has
 * @param previous what rates are counted from
 */
export function hostModel(snapshot: Snapshot, memoryTotal: number | null, previous: Snapshot | null = null): HostModel {
  const { host, uptime } = snapshot;
  return {
    name: host.name,
    os: host.os,
    cores: host.cores,
    uptime,
    memory: hostMemory(host, memoryTotal),
    swap: { total: host.memory.swapTotal, used: host.memory.swapUsed },
    pressure: pressureSince(previous, snapshot),
    load: host.load,
    recommendedWorkers: 2 * host.cores + 1,
  };
}

function hostMemory({ memory, cgroup }: Snapshot['host'], memoryTotal: number | null): HostModel['memory'] {
  const limit = cgroup !== null && cgroup.limit < memory.total ? cgroup : null;
  const used = limit === null ? Math.max(0, memory.total - memory.available) : limit.used;
  const total = memoryTotal ?? limit?.limit ?? memory.total;
  const usedShare = total > 0 ? Math.min(1, used / total) : 0;
  if (memoryTotal === null && limit === null) {
    const { available, free, cache } = memory;
    return { total, limitedBy: 'MemTotal', used, usedShare, available, free, cache };
  }
  // Within a limit the machine's free memory says nothing: what is left of the limit does.
  const available = Math.max(0, total - used);
  // Which part of the machine's cache the container could drop is not known.
  const cache = limit === null ? Math.min(memory.cache, available) : 0;
  const limitedBy = memoryTotal === null ? 'cgroup' : 'option';
  return { total, limitedBy, used, usedShare, available, free: available - cache, cache };
}

function pressureSince(previous: Snapshot | null, { host, uptime }: Snapshot): HostPressure | null {
  if (host.pressure === null) return null;
  const { someAvg10, someAvg60, fullAvg10, swappedIn, swappedOut, oomKills } = host.pressure;
  const before = previous?.host.pressure ?? null;
  const elapsed = previous === null ? 0 : uptime - previous.uptime;
  const rate = (now: number | null, then: number | null) =>
    now === null || then === null || elapsed <= 0 ? null : Math.max(0, now - then) / elapsed;
  return {
    someAvg10,
    someAvg60,
    fullAvg10,
    swapIn: rate(swappedIn, before?.swappedIn ?? null),
    swapOut: rate(swappedOut, before?.swappedOut ?? null),
    oomKills,
  };
}
