import type { ServerActivity } from '../model/activity/in-use.ts';
import type { Server } from '../model/model.ts';
import type { Doing } from '../snapshot.ts';
import type { Sample } from './exposition.ts';
import { metrics } from './metric.ts';
import { knownSample, type Peaks, sampleOf, sum, total } from './samples.ts';

/** Most ports of one server that its workers wait for and that have a label; further ones count as `other`. */
const MOST_PORTS = 8;

/** Readings of the worker slots of one server, from its first reading until it is gone. */
export class ActivityCounters {
  /** By unit: readings of slots that held a request, and of those that did not. */
  readonly #slots = new Map<string, { inUse: number; idle: number }>();
  /** By what was waited for, and for the network the port. */
  readonly #waits = new Map<string, { readonly labels: readonly [string, string]; count: number }>();
  readonly #ports = new Set<string>();

  /** Adds one reading. */
  count(servers: readonly Server[]): void {
    for (const { activity } of servers) {
      if (activity === null || !isKnown(activity)) continue;
      const counts = this.#slots.get(activity.unit) ?? { inUse: 0, idle: 0 };
      counts.inUse += activity.inUse;
      counts.idle += Math.max(0, activity.total - activity.inUse);
      this.#slots.set(activity.unit, counts);
      for (const doing of activity.doing) this.#wait(this.#labelsOf(doing));
    }
  }

  samples(set: readonly string[]): readonly Sample[] {
    return [
      ...[...this.#slots].flatMap(([unit, { inUse, idle }]) => [
        sampleOf(metrics.slotReadings, inUse, ...set, unit, 'in_use'),
        sampleOf(metrics.slotReadings, idle, ...set, unit, 'idle'),
      ]),
      ...[...this.#waits.values()].map(({ labels, count }) => sampleOf(metrics.waitReadings, count, ...set, ...labels)),
    ];
  }

  #wait(labels: readonly [string, string]): void {
    const key = labels.join(' ');
    const known = this.#waits.get(key) ?? { labels, count: 0 };
    known.count += 1;
    this.#waits.set(key, known);
  }

  #labelsOf(doing: Doing): readonly [string, string] {
    if (typeof doing === 'string') return [doing, ''];
    if (doing.wait !== 'net') return [doing.wait, ''];
    const port = String(doing.port);
    if (!this.#ports.has(port) && this.#ports.size >= MOST_PORTS) return ['net', 'other'];
    this.#ports.add(port);
    return ['net', port];
  }
}

type KnownActivity = ServerActivity & { readonly inUse: number; readonly total: number };

function isKnown(activity: ServerActivity): activity is KnownActivity {
  return activity.inUse !== null && activity.total !== null;
}

/** What the workers of a server do now; no samples if that is unknown. */
export function activityNow(servers: readonly Server[], set: readonly string[], peaks: Peaks): readonly Sample[] {
  const activities = servers.map(({ activity }) => activity);
  const known = activities.filter((activity) => activity !== null).filter(isKnown);
  // A sum of what was read of some servers and not of others would be too low.
  if (known.length < activities.length) return [];
  const units = new Set(known.map(({ unit }) => unit));
  const slots = [...units].flatMap((unit) => {
    const same = known.filter((activity) => activity.unit === unit);
    const inUse = total(same.map((activity) => activity.inUse));
    return [
      sampleOf(metrics.slots, total(same.map((activity) => activity.total)), ...set, unit),
      sampleOf(metrics.slotsInUse, inUse, ...set, unit),
      sampleOf(metrics.slotsInUseMax, peaks.add([...set, unit].join('\0'), inUse), ...set, unit),
    ];
  });
  return [...slots, ...knownSample(metrics.queueInside, sum(known.map(({ waitingInside }) => waitingInside)), ...set)];
}
