import type { MemoryLimit, MemoryUse, Snapshot } from '../snapshot.ts';
import type { HostModel, HostPressure } from './model.ts';

/**
 * Figures of the host.
 * @param memoryTotal bytes that shares refer to, as the user set it; null for the host's memory
 * @param previous snapshot that rates are counted from
 */
export function hostModel(snapshot: Snapshot, memoryTotal: number | null, previous: Snapshot | null = null): HostModel {
  const { host, uptime } = snapshot;
  return {
    name: host.name,
    os: host.os,
    cores: host.cores,
    uptime,
    memory: hostMemory(host, memoryTotal),
    swap: hostSwap(host),
    pressure: pressureSince(previous, snapshot),
    load: host.load,
    recommendedWorkers: 2 * host.cores + 1,
  };
}

function hostMemory({ memory, cgroup, use }: Snapshot['host'], memoryTotal: number | null): HostModel['memory'] {
  const limit = limitOf({ memory, cgroup });
  const shrinkable = limit === null ? arcShrinks(use) : 0;
  const machineAvailable = Math.min(memory.total, memory.available + shrinkable);
  const used = limit === null ? Math.max(0, memory.total - machineAvailable) : limit.used;
  const total = memoryTotal ?? limit?.limit ?? memory.total;
  const usedShare = total > 0 ? Math.min(1, used / total) : 0;
  if (memoryTotal === null && limit === null) {
    const { free, cache } = memory;
    return {
      total,
      limitedBy: 'MemTotal',
      used,
      usedShare,
      available: machineAvailable,
      free,
      cache: cache + shrinkable,
    };
  }
  // The rest of a limit, and no more than the machine has.
  const left = limit?.left ?? Number.POSITIVE_INFINITY;
  const available = Math.max(0, Math.min(total - used, machineAvailable, left));
  const cache = Math.min(limit === null ? memory.cache + shrinkable : (limit.cache ?? 0), available);
  const limitedBy = memoryTotal === null ? 'cgroup' : 'option';
  return { total, limitedBy, used, usedShare, available, free: available - cache, cache };
}

/** The machine's swap, or what a limit leaves of it. */
function hostSwap({ memory, cgroup, use }: Snapshot['host']): HostModel['swap'] {
  const within = limitOf({ memory, cgroup })?.swap;
  if (within === undefined) {
    return { total: memory.swapTotal, used: memory.swapUsed, inMemory: use?.swapInMemory ?? null };
  }
  const total = Math.min(memory.swapTotal, within.most ?? memory.swapTotal);
  // How much of it lives in memory is known of the machine only.
  return { total, used: within.used, inMemory: null };
}

/** The limit on everything that is looked at; null if the machine has less memory. */
export function limitOf({ memory, cgroup }: Pick<Snapshot['host'], 'memory' | 'cgroup'>): MemoryLimit | null {
  return cgroup !== null && cgroup.limit < memory.total ? cgroup : null;
}

/** Bytes by which ZFS shrinks its cache when memory is short. MemAvailable does not count them. */
export function arcShrinks(use: MemoryUse | undefined): number {
  return use?.arc == null ? 0 : Math.max(0, use.arc.size - use.arc.least);
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
