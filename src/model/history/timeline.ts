import type { HistoryId } from './history-id.ts';

/** A span of time and the length of its steps, in seconds. */
export interface Resolution {
  readonly seconds: number;
  readonly slots: number;
}

/** Every reading for ten minutes, steps of 15 seconds for an hour, steps of 5 minutes for a day. */
export const resolutions = {
  '10m': { seconds: 1, slots: 600 },
  '1h': { seconds: 15, slots: 240 },
  '24h': { seconds: 300, slots: 288 },
} as const satisfies Readonly<Record<string, Resolution>>;

export type TimelineSpan = keyof typeof resolutions;

export interface TimelinePoints {
  /** Wall clock, milliseconds since 1970, ascending. */
  readonly at: readonly number[];
  readonly values: readonly number[];
}

/** Steps between two searches for ids without values. */
const FORGET_EVERY = 32;

/** Past figures as they were read: each step holds its last reading, not a mean. */
export class Timeline {
  readonly #resolution: Resolution;
  readonly #at: Float64Array;
  readonly #values = new Map<HistoryId, Float64Array>();
  #slot = -1;
  #first = -1;

  constructor(resolution: Resolution) {
    this.#resolution = resolution;
    this.#at = new Float64Array(resolution.slots);
  }

  /**
   * Begins a reading.
   * @param uptime seconds since boot
   * @param at milliseconds since 1970
   */
  turn(uptime: number, at: number): void {
    const { seconds, slots } = this.#resolution;
    const slot = Math.floor(uptime / seconds);
    if (this.#first < 0) this.#first = slot;
    const from = this.#slot < 0 ? slot : Math.max(this.#slot + 1, slot - slots + 1);
    for (let passed = from; passed <= slot; passed++) {
      this.#at[passed % slots] = Number.NaN;
      for (const values of this.#values.values()) values[passed % slots] = Number.NaN;
    }
    if (Math.floor(slot / FORGET_EVERY) !== Math.floor(this.#slot / FORGET_EVERY)) this.#forget();
    this.#slot = slot;
    this.#at[slot % slots] = at;
  }

  add(id: HistoryId, value: number): void {
    let values = this.#values.get(id);
    if (values === undefined) {
      values = new Float64Array(this.#resolution.slots).fill(Number.NaN);
      this.#values.set(id, values);
    }
    values[this.#slot % values.length] = value;
  }

  points(id: HistoryId): TimelinePoints {
    const { slots } = this.#resolution;
    const values = this.#values.get(id);
    const points: { at: number[]; values: number[] } = { at: [], values: [] };
    if (values === undefined) return points;
    for (let slot = Math.max(0, this.#first, this.#slot - slots + 1); slot <= this.#slot; slot++) {
      const value = values[slot % slots] ?? Number.NaN;
      if (Number.isNaN(value)) continue;
      points.at.push(this.#at[slot % slots] ?? 0);
      points.values.push(value);
    }
    return points;
  }

  /** Ids that have a value. */
  get ids(): readonly HistoryId[] {
    return [...this.#values.keys()];
  }

  /** Removes ids without any value. */
  #forget(): void {
    for (const [id, values] of this.#values) if (values.every(Number.isNaN)) this.#values.delete(id);
  }
}
