import type { ProcessKey } from '../../snapshot.ts';
import type { UseShare } from '../activity/waits.ts';
import type { HistoryEvent } from './events.ts';
import type { HistoryId } from './history-id.ts';
import type { TimelinePoints, TimelineSpan } from './timeline.ts';
import type { Trend } from './trend.ts';

/**
 * `memory`: bytes, as counted for shares (of the host: used). `cpu`: fraction of one core. `queue`: connections
 * waiting. `workers`: their number. `inUse`: fraction of a server's workers, threads or loops in use. `cpuShare`:
 * fraction of their time that its workers spent on CPU. Of the host, `swapIn`: bytes per second; `oomKills`: their
 * number since boot.
 */
export type Measure = 'memory' | 'cpu' | 'queue' | 'workers' | 'inUse' | 'cpuShare' | 'swapIn' | 'oomKills';

/** Means over buckets of 15 seconds, oldest first. Buckets without a value are left out. */
export interface Points {
  /** Seconds since boot. */
  readonly times: readonly number[];
  /** Wall clock, milliseconds since 1970. */
  readonly at: readonly number[];
  readonly values: readonly number[];
}

/** Queries about the past. */
export interface HistoryReader {
  /** Oldest first; empty if nothing is known. */
  series(id: HistoryId, measure?: Measure): Points;
  /** The newest reading; null if none is known. */
  latest(id: HistoryId, measure?: Measure): number | null;
  /** The mean of about the last ten seconds; null if nothing is known. */
  recent(id: HistoryId, measure?: Measure): number | null;
  /** The trend of its memory in bytes per hour; null if the data does not show one. */
  trend(id: HistoryId): Trend | null;
  /** Its last hour in at most `count` values, each the newest of an equal interval; null for fewer than two. */
  recentLevels(id: HistoryId, count: number): readonly (number | null)[] | null;
  /** Memory as it was read; of `host`, memory used. */
  timeline(id: HistoryId, span: TimelineSpan): TimelinePoints;
  /** Ids that the timeline has values of. */
  timelineIds(span: TimelineSpan): readonly HistoryId[];
  /** The name of a project, even if it is gone. */
  nameOf(id: HistoryId): string | null;
  /** Events of the last day, oldest first. */
  readonly events: readonly HistoryEvent[];
  /** What a server's workers in use were doing over the last ten minutes, largest share first. */
  uses(server: ProcessKey): readonly UseShare[];
  /** Seconds since the first reading. */
  readonly span: number;
}
