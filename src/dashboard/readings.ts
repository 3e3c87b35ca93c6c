import type { Model } from '../model/model.ts';
import type { ObserveOptions, Observer } from '../observer.ts';
import { pause } from '../pause.ts';
import type { NoticeLevel } from '../state/notice.ts';

/** Seconds between readings while memory is read for the first time. */
const FILLING = 0.2;

/** Seconds after the start in which readings are frequent. Memory not read by then is read at the usual interval. */
const FILLING_TIME = 3;

/**
 * Longest time that the first list waits for files, in seconds. Files tell to which project a process belongs. Rows
 * shown without them would soon change their names and places. The frame around the list is there before.
 */
const FIRST_LIST_TIMEOUT = 0.1;

/** Longest time to spend on reading memory, in seconds: in the first reading, while figures fill in, and later. */
const budgets = { first: 0, filling: 0.08, steady: 0.006 } as const;

/** A broken connection is reported again after this many seconds, since any key removes the notice. */
const REMIND = 2;

export interface ReadingsParts {
  readonly observer: Pick<Observer, 'observe'>;
  /** What the next reading must bring. */
  wanted(): Pick<ObserveOptions, 'watch' | 'connections'>;
  /** Seconds between readings: as the user set them, and the most while changes are under way; null while none are. */
  interval(): { readonly delay: number; readonly most: number | null };
  /** Called with each reading that is to be shown. */
  read(model: Model): void;
  /** Why the connection to another machine broke, if this error says so; else null. */
  lost(error: unknown): string | null;
  /** Ends what needs the connection. @returns what to say of it, in sentences */
  cutOff(lost: string): readonly string[];
  notice(level: NoticeLevel, text: string): void;
}

/** Reads again and again, more often while figures fill in or workers change. Waits if a connection breaks. */
export class Readings {
  readonly #parts: ReadingsParts;
  #model: Model | null = null;
  #began = 0;
  #wake = new AbortController();
  /** The reading that goes on; a new one for each run. */
  #life = { ended: true };
  #last: Promise<unknown> = Promise.resolve();
  #isLost = false;
  /** Whether a broken connection is to be made again. */
  #wantsConnection = false;

  constructor(parts: ReadingsParts) {
    this.#parts = parts;
  }

  /** The newest; null before the first. */
  get model(): Model | null {
    return this.#model;
  }

  /** Reads until `end` is called. It can be run again. @throws what the source throws */
  run(): Promise<void> {
    const life = { ended: false };
    this.#life = life;
    // What the run before still waits for comes first.
    const run = this.#last.then(() => this.#read(life));
    this.#last = run.catch(() => {});
    return run;
  }

  async #read(life: { readonly ended: boolean }): Promise<void> {
    while (!life.ended) {
      const model = await this.#observe(life);
      if (life.ended) break;
      if (model === null) continue;
      if (this.#wantsConnection) this.#parts.notice('info', 'Connected again.');
      this.#wantsConnection = false;
      if (this.#model === null) this.#began = model.uptime;
      const isFirst = this.#model === null;
      this.#model = model;
      // The first reading only finds out whose memory to read. It is not shown, because its order would change at once.
      if (isFirst && hasUnread(model)) continue;
      this.#parts.read(model);
      await this.#sleep(this.#interval());
    }
  }

  end(): void {
    this.#life.ended = true;
    this.wake();
  }

  /** Reads now, not when the next reading is due. */
  wake(): void {
    this.#wake.abort();
  }

  /** Reads now, and connects again if the connection broke. */
  refresh(): void {
    this.#wantsConnection = this.#isLost;
    this.wake();
  }

  /** The next model; null if the connection broke, and the user wants it back. @throws what the source throws */
  async #observe(life: { readonly ended: boolean }): Promise<Model | null> {
    try {
      return await this.#parts.observer.observe({
        memoryBudget: this.#budget(),
        ...this.#parts.wanted(),
        ...(this.#model === null ? { patience: FIRST_LIST_TIMEOUT } : {}),
      });
    } catch (error) {
      const lost = this.#model === null ? null : this.#parts.lost(error);
      if (lost === null) throw error;
      await this.#awaitReconnect(lost, life);
      return null;
    }
  }

  /** Says that figures are old, and which key connects again, until that key is pressed. */
  async #awaitReconnect(lost: string, life: { readonly ended: boolean }): Promise<void> {
    const cut = this.#parts.cutOff(lost).map((text) => ` ${text}`);
    this.#isLost = true;
    this.#wantsConnection = false;
    while (!life.ended && !this.#wantsConnection) {
      this.#parts.notice('error', `${lost}. The figures are old.${cut.join('')} r connects again.`);
      await this.#sleep(REMIND);
    }
    this.#isLost = false;
    this.#parts.notice('info', 'Connecting again …');
  }

  /**
   * Sleeps until woken.
   * @param seconds the longest time to sleep
   */
  async #sleep(seconds: number): Promise<void> {
    this.#wake = new AbortController();
    await pause(seconds, this.#wake.signal);
  }

  get #filling(): boolean {
    const model = this.#model;
    if (model?.incomplete) return true;
    if (model === null || model.uptime - this.#began > FILLING_TIME) return false;
    return hasUnread(model);
  }

  #budget(): number {
    if (this.#model === null) return budgets.first;
    return this.#filling ? budgets.filling : budgets.steady;
  }

  #interval(): number {
    const { delay, most } = this.#parts.interval();
    return Math.min(most ?? (this.#filling ? FILLING : delay), delay);
  }
}

/** Whether the memory of some processes has not been read yet. */
function hasUnread({ projects, system }: Model): boolean {
  return [...projects, system].some(({ memory }) => memory.counted === null);
}
