import { existsSync } from 'node:fs';
import { Observations, type Observed } from '../model/activity/observations.ts';
import type { Tally } from '../model/activity/statistics.ts';
import { keepPrivately, readPrivately } from './private-json.ts';
import { statePath } from './state-path.ts';

/** Version of the file's layout. Other versions are ignored. */
const VERSION = 1;

/** Seconds between two writes of the observations. */
export const KEEP_EVERY = 300;

/** Where the service `workertop export` keeps what it observed: the state directory that systemd makes for it. */
const SERVICE = '/var/lib/workertop/workers.json';

/**
 * Keeps the observations of workers across restarts of workertop. Several sessions may keep them in one file: each adds
 * to what the others have written. Errors of the file never stop anything else.
 */
export class KeptObservations {
  readonly #path: string | null;
  readonly #service: string | null;

  /**
   * @param path null if there is no home to keep it in
   * @param service where a service of the same user keeps what it observed, which is read too
   */
  constructor(path: string | null, service: string | null = null) {
    this.#path = path;
    this.#service = service === path ? null : service;
  }

  /** Those of this user. Root also reads those of the service. */
  static of(environment: NodeJS.ProcessEnv): KeptObservations {
    return new KeptObservations(statePath(environment, 'workers.json'), process.geteuid?.() === 0 ? SERVICE : null);
  }

  read(): Observations {
    const observations = observationsIn(this.#path);
    if (this.#service !== null && existsSync(this.#service)) observations.merge(observationsIn(this.#service));
    return observations;
  }

  /** Writes observations, with those that other sessions have written meanwhile. */
  write(observations: Observations): void {
    if (this.#path === null) return;
    observations.merge(observationsIn(this.#path));
    try {
      keepPrivately(this.#path, { version: VERSION, servers: observations });
    } catch {
      // A full or read-only disk must not stop the dashboard.
    }
  }
}

function observationsIn(path: string | null): Observations {
  try {
    const kept = path === null ? null : readPrivately(path);
    return new Observations(isKept(kept) ? kept.servers.filter(isObserved) : []);
  } catch {
    return new Observations();
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
