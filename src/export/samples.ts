import { clean } from '../text/sanitize.ts';
import type { Sample } from './exposition.ts';
import type { Metric } from './metric.ts';

/** Longest value of a label, in characters. */
const LONGEST_LABEL = 200;

/** A value safe for a label: no control characters, limited length. */
export function label(text: string): string {
  return clean(text).slice(0, LONGEST_LABEL);
}

/** A sample of a known figure. */
export function sampleOf(metric: Metric, value: number, ...labels: readonly string[]): Sample {
  return { metric, labels: labels.map(label), value };
}

/** A sample, or none if the figure is unknown. */
export function knownSample(metric: Metric, value: number | null, ...labels: readonly string[]): readonly Sample[] {
  return value === null ? [] : [sampleOf(metric, value, ...labels)];
}

/** The sum of known figures. */
export function total(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0);
}

/** The sum; null if one value is unknown or there are none. */
export function sum(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length < values.length || known.length === 0 ? null : total(known);
}

/** The largest value of each series since the last scrape but one: two Prometheus servers may scrape in turn. */
export class Peaks {
  #now = new Map<string, number>();
  #before: ReadonlyMap<string, number> = new Map();

  /** Adds a value. @returns the largest */
  add(id: string, value: number): number {
    const largest = Math.max(value, this.#now.get(id) ?? 0);
    this.#now.set(id, largest);
    return Math.max(largest, this.#before.get(id) ?? 0);
  }

  /** Call it at each scrape. */
  scraped(): void {
    this.#before = this.#now;
    this.#now = new Map();
  }
}
