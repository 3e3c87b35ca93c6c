import { Observations, type Observed } from '../model/activity/observations.ts';
import type { Tally } from '../model/activity/statistics.ts';
import type { OwnFiles } from './own-files.ts';
import { statePath } from './state-path.ts';

type Files = Pick<OwnFiles, 'read' | 'replace'>;

/** Version of the file's layout. Other versions are ignored. */
const VERSION = 1;

/** Seconds between two writes of the observations. */
const KEEP_EVERY = 300;

/** Where the service `workertop export` keeps what it observed: the state directory that systemd makes for it. */
const SERVICE = '/var/lib/workertop/workers.json';

/**
 * Keeps the observations of workers across restarts of workertop. Several sessions may keep them in one file: each adds
 * to what the others have written. Errors of the file never stop anything else.
 */
export class KeptObservations {
  readonly #files: Files;
  readonly #path: string | null;
  readonly #service: string | null;

  /**
   * @param path null if there is no home to keep it in
   * @param service where a service of the same user keeps what it observed, which is read too
   */
  constructor(files: Files, path: string | null, service: string | null = null) {
    this.#files = files;
    this.#path = path;
    this.#service = service === path ? null : service;
  }

  /** Keeps the observations of this user. Root also reads those of the service. */
  static of(files: Files, environment: NodeJS.ProcessEnv): KeptObservations {
    return new KeptObservations(
      files,
      statePath(environment, 'workers.json'),
      process.geteuid?.() === 0 ? SERVICE : null,
    );
  }

  /** Adds the kept observations. */
  async readInto(observations: Observations): Promise<void> {
    for (const path of [this.#path, this.#service]) {
      try {
        if (path !== null) observations.merge(observationsIn(await this.#files.read(path)));
      } catch {
        // It may be another user's, or on a mount that does not answer.
      }
    }
  }

  /** Writes observations, with those that other sessions have written meanwhile. */
  async write(observations: Observations): Promise<void> {
    if (this.#path === null) return;
    try {
      // If this fails, the file stays as it is: it may hold a week's.
      observations.merge(observationsIn(await this.#files.read(this.#path)));
      await this.#files.replace(this.#path, JSON.stringify({ version: VERSION, servers: observations }));
    } catch {
      // A full or read-only disk must not stop the dashboard.
    }
  }

  /** Writes the observations now and then, and at the end: what was learned outlives a restart. */
  keepWriting(observations: Observations): { end(): Promise<void> } {
    const timer = setInterval(() => void this.write(observations), KEEP_EVERY * 1000);
    return {
      end: () => {
        clearInterval(timer);
        return this.write(observations);
      },
    };
  }
}

function observationsIn(text: string | null): Observations {
  const kept = parsed(text);
  return new Observations(isKept(kept) ? kept.servers.filter(isObserved) : []);
}

function parsed(text: string | null): unknown {
  try {
    return JSON.parse(text ?? 'null');
  } catch {
    return null;
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

/** Figures that files of earlier versions lack. */
const later = ['timed', 'rates'];

function isTally(value: unknown): value is Tally {
  if (typeof value !== 'object' || value === null) return false;
  const record = value as Readonly<Record<string, unknown>>;
  return (
    figures.every((name) => isCount(record[name])) &&
    later.every((name) => record[name] === undefined || isCount(record[name])) &&
    isHistogram(record['inUse']) &&
    isHistogram(record['atOnce'])
  );
}

function isHistogram(value: unknown): boolean {
  return Array.isArray(value) && value.length <= 100 && value.every(isCount);
}

function isCount(value: unknown): boolean {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}
