import { recognise } from '../recognise/recognise.ts';
import type { Snapshot } from '../snapshot.ts';
import type { ReplaySource } from '../source/replay.ts';
import type { ReplayMove } from '../state/action.ts';
import type { ReplayPosition } from '../state/replay.ts';
import { UsageError } from './usage-error.ts';

/** Slowest and fastest speed, as multiples of the recording's pace. */
const SPEEDS = { least: 1 / 8, most: 64 } as const;

/** Plays a recording: its position, pace and keys. */
export class Replaying {
  readonly #source: ReplaySource;
  #paused = false;
  #speed = 1;

  constructor(source: ReplaySource) {
    this.#source = source;
  }

  get position(): ReplayPosition {
    const { index, count } = this.#source;
    return { index, count, paused: this.#paused, speed: this.#speed };
  }

  move(move: ReplayMove): void {
    switch (move.type) {
      case 'pause':
        this.#pause(!this.#paused);
        return;
      case 'readings':
        // Whoever steps wants to look: pause.
        this.#pause(true);
        this.#source.go(move);
        return;
      case 'seconds':
        this.#source.go(move);
        return;
      case 'event':
        this.#pause(true);
        this.#source.go({ type: 'change', direction: move.direction, differ: workersDiffer });
        return;
      case 'speed':
        this.#speed = Math.max(SPEEDS.least, Math.min(SPEEDS.most, this.#speed * move.factor));
        return;
    }
  }

  /**
   * Goes to a time before anything is shown.
   * @throws UsageError if it is not a time; what the source throws
   */
  async openAt(text: string): Promise<void> {
    const { at } = await this.#source.read();
    this.#source.go({ type: 'time', at: timeOf(text, at) });
  }

  #pause(paused: boolean): void {
    this.#paused = paused;
    this.#source.stay(paused);
  }
}

/** Whether servers started or ended, or changed their number of workers. */
function workersDiffer(a: Snapshot, b: Snapshot): boolean {
  const [before, after] = [workersOf(a), workersOf(b)];
  if (before.size !== after.size) return true;
  return [...after].some(([key, count]) => before.get(key) !== count);
}

function workersOf({ processes }: Snapshot): ReadonlyMap<string, number> {
  return new Map(recognise(processes).map(({ key, workers }) => [key, workers.length]));
}

/**
 * Parses a time of a recording into milliseconds since 1970: `03:10` local time, the first one after `begin`, or with a
 * date.
 * @throws UsageError if it is not a time
 */
export function timeOf(text: string, begin: number): number {
  const [, hours, minutes, seconds = '0'] = /^([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?$/.exec(text) ?? [];
  if (hours !== undefined && minutes !== undefined) {
    const date = new Date(begin);
    date.setHours(Number(hours), Number(minutes), Number(seconds), 0);
    return date.getTime() + 1000 < begin ? date.setDate(date.getDate() + 1) : date.getTime();
  }
  const at = /^\d{4}-\d\d-\d\d/.test(text) ? new Date(text.replace(' ', 'T')).getTime() : Number.NaN;
  if (Number.isNaN(at)) throw new UsageError(`a time looks like 03:10 or 2026-11-25 03:10, not ${text || 'nothing'}`);
  return at;
}
