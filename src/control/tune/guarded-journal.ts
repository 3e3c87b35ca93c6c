import type { Server } from '../../model/model.ts';
import type { ProcessKey } from '../../snapshot.ts';
import type { Inspected } from '../../source/proc/inspect.ts';
import type { Journal, Unfinished } from './journal.ts';

/** Seconds after which a guard that hears nothing puts the worker back, and between two times that it is told to wait. */
export const GUARD_PATIENCE = 20;
const TELL_EVERY = 4;

/** Guards on another machine. */
export interface Guards {
  readonly destination: string;
  /** Whether a guard can be started there; null if there is no connection. */
  readonly hasGuards: boolean | null;
  /** Reads processes now; those that are gone are left out. @throws Error if the connection breaks */
  inspect(pids: readonly number[]): Promise<ReadonlyMap<number, Inspected>>;
  /**
   * Starts a guard that puts back a worker of this master.
   * @param patience seconds without being told to wait
   * @returns its identity; null if it could not be started
   * @throws Error if the connection breaks
   */
  guard(master: Inspected, patience: number): Promise<ProcessKey | null>;
  /** @returns whether it was still there @throws Error if the connection breaks */
  tellGuard(guard: ProcessKey, what: 'wait' | 'end'): Promise<boolean>;
}

/**
 * The journal of another machine's servers. A connection may break while a trim is being tried. So a guard there puts the
 * worker back if it hears nothing from here.
 */
export class GuardedJournal implements Journal {
  readonly #file: Journal;
  readonly #guards: Guards;
  #guard: ProcessKey | null = null;
  #timer: NodeJS.Timeout | null = null;
  /** Whether a guard ended by itself: what it did is not known. */
  #isGone = false;

  constructor(file: Journal, guards: Guards) {
    this.#file = file;
    this.#guards = guards;
  }

  refusal({ scaling, definition }: Server): string | null {
    const { destination, hasGuards } = this.#guards;
    if (hasGuards === false)
      return `A tune over ssh needs perl on ${destination}, which puts a worker back if the connection breaks. --dry-run only watches.`;
    if (scaling.available && scaling.method !== 'signal')
      return `${definition.label} takes no signals: run workertop tune on ${destination} itself.`;
    return null;
  }

  read(): Promise<Unfinished | null> {
    return this.#file.read();
  }

  async write(tune: Omit<Unfinished, 'by'>): Promise<void> {
    const { destination } = this.#guards;
    if (this.#isGone) throw new Error(`the guard on ${destination} has ended by itself`);
    const { pid } = tune;
    const master = (await this.#guards.inspect([pid])).get(pid);
    const isSame = master !== undefined && tune.server === `${pid}:${master.startTicks}`;
    const guard = isSame ? await this.#guards.guard(master, GUARD_PATIENCE) : null;
    if (guard === null) throw new Error(`no guard could be started on ${destination}`);
    try {
      await this.#file.write({ ...tune, guard });
    } catch (error) {
      await this.#guards.tellGuard(guard, 'end');
      throw error;
    }
    this.#guard = guard;
    this.#timer = setInterval(() => void this.#tellToWait().catch(() => {}), TELL_EVERY * 1000).unref();
  }

  /** @throws Error if the connection is broken: the journal stays, and the guard puts back what is missing */
  async clear(): Promise<void> {
    const own = this.#guard;
    this.release();
    // An earlier run may have left one, which would take the next trim for its own.
    const guard = own ?? (await this.#file.read())?.guard;
    const wasThere = guard === undefined || (await this.#guards.tellGuard(guard, 'end'));
    if (own !== null && !wasThere) this.#isGone = true;
    await this.#file.clear();
  }

  release(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    this.#guard = null;
  }

  async #tellToWait(): Promise<void> {
    const guard = this.#guard;
    if (guard === null || (await this.#guards.tellGuard(guard, 'wait')) || guard !== this.#guard) return;
    this.#isGone = true;
    this.release();
  }
}

/** What becomes of a trim whose connection broke. */
export function afterLostLine({ project, from, to }: Unfinished): string {
  return `${project} was being tried with ${to} of ${from} workers: if it hears nothing for ${GUARD_PATIENCE} s, a guard there puts the worker back`;
}
