import type { Model, Server } from '../model/model.ts';
import type { ProcessKey } from '../snapshot.ts';
import type { Operation } from '../state/operation.ts';
import { tooMany } from './tune/limit.ts';

/** Seconds that a server is watched after its number of workers was changed. */
const WATCHED = 600;

/** Seconds between two readings that count. While workers come and go, readings are more frequent. */
const SHORTEST = 1;

/** Readings that are looked at together, and the share of them in which somebody may wait by chance. */
const WINDOW = 12;
const BY_CHANCE = 0.02;

interface Watched {
  readonly project: string;
  readonly workers: number;
  readonly fewer: boolean;
  /** Wall clock, milliseconds since 1970. */
  readonly at: number;
  /** Seconds since boot. */
  readonly since: number;
  last: number;
  /** Of each reading, how many waited. */
  readonly waiting: number[];
  /** The fewest and the most in use; null while that is not known. */
  inUse: { readonly least: number; readonly most: number; readonly total: number } | null;
  warned: boolean;
}

/** The consequences of a change, once they were observed. */
export interface Aftermath {
  readonly level: 'info' | 'warning';
  readonly text: string;
}

/**
 * Watches each server for ten minutes after its number of workers changed. It has no clock: time comes with the models.
 */
export class AftermathWatch {
  readonly #watched = new Map<ProcessKey, Watched>();

  /** Call it when a change begins or ends. Another change of the same server replaces the one before. */
  begin({ server, phase, project, target, from }: Operation, model: Model | null): void {
    this.#watched.delete(server);
    if (phase !== 'done' || model === null) return;
    const { at, uptime: since } = model;
    const none = { last: since, waiting: [], inUse: null, warned: false };
    this.#watched.set(server, { project, workers: target, fewer: target < from, at, since, ...none });
  }

  /** The consequences to report after a reading. */
  observe(model: Model): readonly Aftermath[] {
    const consequences: Aftermath[] = [];
    for (const [key, watched] of this.#watched) {
      const server = model.projects.flatMap(({ servers }) => servers).find((candidate) => candidate.key === key);
      // It has ended, or somebody else changed it: nothing more can be learned about this number of workers.
      if (server === undefined || server.workers.current !== watched.workers) this.#watched.delete(key);
      else if (model.uptime - watched.last >= SHORTEST) consequences.push(...this.#look(key, watched, server, model));
    }
    return consequences;
  }

  #look(key: ProcessKey, watched: Watched, server: Server, { uptime }: Model): readonly Aftermath[] {
    watched.last = uptime;
    if (server.queue !== null) watched.waiting.push(server.queue);
    addInUse(watched, server);
    const recent = watched.waiting.slice(-WINDOW);
    const waits = recent.filter((count) => count > 0).length;
    const { project, workers, at, fewer } = watched;
    const begun = `${project}: ${workers} ${workers === 1 ? 'worker' : 'workers'} since ${timeOf(at)}`;
    if (!watched.warned && waits >= tooMany(recent.length, BY_CHANCE)) {
      watched.warned = true;
      const most = Math.max(...recent);
      const back = fewer ? ' u undoes it.' : '';
      return [
        {
          level: 'warning',
          text: `${begun}, and requests wait: in ${waits} of ${recent.length} readings, ${most} at most.${back}`,
        },
      ];
    }
    if (uptime - watched.since < WATCHED) return [];
    this.#watched.delete(key);
    const used = inUseText(watched);
    // Neither is known: say nothing.
    if (watched.warned || (used === null && watched.waiting.length === 0)) return [];
    const waited = watched.waiting.filter((count) => count > 0).length;
    const facts = [
      used,
      watched.waiting.length === 0
        ? null
        : waited === 0
          ? 'no request waited'
          : `requests waited in ${waited} of ${watched.waiting.length} readings`,
    ].filter((part) => part !== null);
    return [{ level: 'info', text: `${begun}: ${facts.join(', ')}.` }];
  }
}

function addInUse(watched: Watched, { activity }: Server): void {
  if (activity === null || activity.inUse === null || activity.total === null) return;
  const { least = activity.inUse, most = activity.inUse } = watched.inUse ?? {};
  const { inUse, total } = activity;
  watched.inUse = { least: Math.min(least, inUse), most: Math.max(most, inUse), total };
}

/** `in use 0–1 of 2`. */
function inUseText({ inUse }: Watched): string | null {
  if (inUse === null) return null;
  const { least, most, total } = inUse;
  return `in use ${least === most ? most : `${least}–${most}`} of ${total}`;
}

/** `03:06`, local time. */
function timeOf(at: number): string {
  const date = new Date(at);
  return [date.getHours(), date.getMinutes()].map((part) => String(part).padStart(2, '0')).join(':');
}
