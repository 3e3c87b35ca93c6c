import type { Activity, ProcessFacts, ProcessSample, SelfReport } from '../../snapshot.ts';
import { type Measurable, type MemoryState, memoryOf, noMemory } from './memory-schedule.ts';
import type { Stat } from './parsers/stat.ts';

/** What is kept of one process between readings. */
export interface Tracked extends Measurable {
  readonly key: string;
  readonly startTicks: number;
  rss: number;
  facts: ProcessFacts;
  stat: Stat;
  readonly memory: MemoryState;
  /** The last sample of the process, and the `stat` reading that it was made of. */
  sample: ProcessSample | null;
  sampled: Stat | null;
}

/** The same object as last time if nothing has changed: caches are keyed by its identity. */
export function sampleOf(
  process: Tracked,
  listeners: ProcessSample['listeners'],
  selfReport: SelfReport | undefined,
  activity: Activity | undefined,
  codeChangedAt: number | undefined,
): ProcessSample {
  const { pid, stat, facts, sample } = process;
  const memory = isDead(stat) ? noMemory : memoryOf(process);
  const unchanged =
    sample !== null &&
    process.sampled === stat &&
    sample.facts === facts &&
    sample.memory === memory &&
    sample.listeners === listeners &&
    sample.selfReport === selfReport &&
    sample.activity === activity &&
    sample.codeChangedAt === codeChangedAt;
  if (unchanged) return sample;
  const { startTicks, ppid, pgrp, session, state, cpuTicks } = stat;
  process.sampled = stat;
  const common = { pid, startTicks, ppid, pgrp, session, state, cpuTicks, memory, listeners, facts };
  process.sample = {
    ...common,
    ...(selfReport === undefined ? {} : { selfReport }),
    ...(activity === undefined ? {} : { activity }),
    ...(codeChangedAt === undefined ? {} : { codeChangedAt }),
  };
  return process.sample;
}

/** Whether a process has ended; its parent has not waited for it yet. */
export function isDead({ state }: Stat): boolean {
  return state === 'Z' || state === 'X';
}
