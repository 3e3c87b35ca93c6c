import { Observations, type Observed } from '../model/activity/observations.ts';
import type { Tally } from '../model/activity/statistics.ts';
import { keepPrivately, readPrivately } from './private-json.ts';

/** Version of the file's layout. Other versions are ignored. */
const VERSION = 1;

/** Keeps the observations of workers across restarts of workertop. Errors of its file never stop anything else. */
export class KeptObservations {
  readonly #path: string | null;

  /** @param path null if there is no home to keep it in */
  constructor(path: string | null) {
    this.#path = path;
  }

  read(): Observations {
    try {
      const kept = this.#path === null ? null : readPrivately(this.#path);
      return new Observations(isKept(kept) ? kept.servers.filter(isObserved) : []);
    } catch {
      return new Observations();
    }
  }

  write(observations: Observations): void {
    if (this.#path === null) return;
    try {
      keepPrivately(this.#path, { version: VERSION, servers: observations });
    } catch {
      // A full or read-only disk must not stop the dashboard.
    }
  }
}

function isKept(value: unknown): value is { readonly servers: readonly unknown[] } {
  if (typeof value !== 'object' || value === null || !('version' in value) || !('servers' in value)) return false;
  return value.version === VERSION && Array.isArray(value.servers);
}

function isObserved(value: unknown): value is Observed {
  if (typeof value !== 'object' || value === null || !('id' in value) || !('tallies' in value)) return false;
  return typeof value.id === 'string' && Array.isArray(value.tallies) && value.tallies.every(isTally);
}

const figures = [
  'slot',
  'workers',
  'total',
  'seconds',
  'told',
  'waited',
  'mostWaiting',
  'pairs',
  'products',
  'used',
  'computed',
];

function isTally(value: unknown): value is Tally {
  if (typeof value !== 'object' || value === null) return false;
  const record = value as Readonly<Record<string, unknown>>;
  return (
    figures.every((name) => isCount(record[name])) && isHistogram(record['inUse']) && isHistogram(record['atOnce'])
  );
}

function isHistogram(value: unknown): boolean {
  return Array.isArray(value) && value.length <= 100 && value.every(isCount);
}

function isCount(value: unknown): boolean {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}
