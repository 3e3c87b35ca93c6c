import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Doing } from '../../src/snapshot.ts';

/** A request or a task as its server has noted it, in seconds of CLOCK_MONOTONIC. */
export interface Interval {
  readonly kind: string;
  /** Process or thread. */
  readonly who: number;
  readonly from: number;
  readonly to: number;
}

/** What was read of one worker or thread, and between which times. */
export interface Reading {
  readonly who: number;
  readonly from: number;
  readonly to: number;
  readonly doing: Doing;
}

export function intervalsIn(folder: string): readonly Interval[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.log'))
    .flatMap((name) => readFileSync(join(folder, name), 'utf8').trim().split('\n'))
    .flatMap((line) => {
      const [kind = '', who, from, to] = line.split(' ');
      return to === undefined ? [] : [{ kind, who: Number(who), from: Number(from), to: Number(to) }];
    });
}

export interface Verdict {
  readonly readings: number;
  readonly right: number;
  readonly busyCalledIdle: number;
  readonly idleCalledBusy: number;
  /** A request began or ended while it was read. */
  readonly ambiguous: number;
  readonly unknown: number;
  /** Those in use at once, on average: as it was read, and as it was. */
  readonly said: number;
  readonly true: number;
}

/** @param from,to the stretch of time that was watched @param times how many readings of all workers there were */
export function judge(
  readings: readonly Reading[],
  intervals: readonly Interval[],
  [from, to]: readonly [number, number],
  times: number,
): Verdict {
  const requests = intervals.filter(({ kind }) => kind === 'request');
  const byWho = new Map<number, Interval[]>();
  for (const one of requests) {
    const known = byWho.get(one.who);
    if (known) known.push(one);
    else byWho.set(one.who, [one]);
  }
  const verdict = { readings: 0, right: 0, busyCalledIdle: 0, idleCalledBusy: 0, ambiguous: 0, unknown: 0 };
  let inUse = 0;
  for (const { who, from: began, to: ended, doing } of readings) {
    const near = (byWho.get(who) ?? []).filter((one) => one.from <= ended && one.to >= began);
    const busy = near.some((one) => one.from <= began && one.to >= ended);
    if (doing !== 'idle' && doing !== 'unknown') inUse += 1;
    if (doing === 'unknown') verdict.unknown += 1;
    else if (near.length > 0 && !busy) verdict.ambiguous += 1;
    else {
      verdict.readings += 1;
      if (busy === (doing !== 'idle')) verdict.right += 1;
      else if (busy) verdict.busyCalledIdle += 1;
      else verdict.idleCalledBusy += 1;
    }
  }
  const within = requests.reduce((sum, one) => sum + Math.max(0, Math.min(to, one.to) - Math.max(from, one.from)), 0);
  // Of what is unknown as large a share is taken to be in use as of the rest.
  const said = (inUse / (readings.length - verdict.unknown)) * (readings.length / times);
  return { ...verdict, said, true: within / (to - from) };
}
