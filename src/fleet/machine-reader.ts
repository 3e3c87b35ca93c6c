import type { Model } from '../model/model.ts';
import type { ObserveOptions, Observer } from '../observer.ts';
import { jittered, pause } from '../pause.ts';
import { LostLine, type Source } from '../source/source.ts';
import { figuresOf, type MachineFigures, type MachineState } from '../state/fleet/machine.ts';
import type { Slots } from './slots.ts';

/** Seconds between the first and the second reading: CPU use needs two. */
const SECOND_READING = 1.2;

/** Seconds without an answer after which the machine is shown as late. */
const LATE = 3;

/** Seconds that a connection attempt may block a slot; then the next machine may try. */
const SLOW = 3;

const none: ReadonlySet<number> = new Set();

/** A source that connects before it can be read. */
export interface ConnectedSource extends Source {
  /**
   * Connects.
   * @param mayAsk whether ssh may ask for passwords on the terminal
   * @throws LostLine
   */
  open(mayAsk: boolean, stop: AbortSignal): Promise<void>;
}

export interface MachineReaderParts {
  readonly source: ConnectedSource;
  readonly observer: Pick<Observer, 'observe'>;
  /** Slots for machines that connect at the same time. */
  readonly slots: Slots;
  /** Seconds between two readings. */
  interval(): number;
  /** Receives each new state of the machine. */
  state(state: MachineState): void;
  figures(figures: MachineFigures): void;
}

/** Reads one machine until it is closed. After a lost connection it waits for `refresh`. */
export class MachineReader {
  readonly #parts: MachineReaderParts;
  readonly #end = new AbortController();
  #wake = new AbortController();
  #state: MachineState['type'] = 'waiting';
  #isHeld = false;
  #readings = 0;
  /** The reading under way; the next one starts after it. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(parts: MachineReaderParts) {
    this.#parts = parts;
  }

  /** Reads until `close` is called. */
  async run(): Promise<void> {
    await this.#connect();
    while (!this.#end.signal.aborted) {
      if (!this.#isHeld && this.#state !== 'lost') await this.#read();
      // A lost machine waits for `refresh`, a held one for `release`.
      const idle = this.#isHeld || this.#state === 'lost';
      const seconds = this.#readings === 1 ? SECOND_READING : jittered(this.#parts.interval());
      await this.#sleep(idle ? Number.POSITIVE_INFINITY : seconds);
    }
  }

  /** Reads now, and connects again if the connection broke. */
  async refresh(): Promise<void> {
    if (this.#state === 'lost') await this.#connect();
    this.#wake.abort();
  }

  /** Stops reading by itself; somebody else calls `observe` until `release`. */
  hold(): void {
    this.#isHeld = true;
  }

  release(): void {
    this.#isHeld = false;
    this.#wake.abort();
  }

  /** Reads the machine after the reading under way. @throws LostLine */
  observe(options: ObserveOptions): Promise<Model> {
    const reading = this.#turn.then(() => this.#observe(options));
    this.#turn = reading.catch(() => {});
    return reading;
  }

  /** Ends the connection. */
  close(): void {
    this.#end.abort();
    this.#wake.abort();
    this.#parts.source.close();
  }

  async #connect(): Promise<void> {
    this.#set({ type: 'waiting' });
    const release = await this.#parts.slots.take();
    if (this.#end.signal.aborted) return release();
    this.#set({ type: 'connecting', since: Date.now() });
    const slow = setTimeout(release, SLOW * 1000);
    try {
      await this.#parts.source.open(false, this.#end.signal);
      this.#set({ type: 'connected', late: null });
    } catch (error) {
      this.#lose(error);
    } finally {
      clearTimeout(slow);
      release();
    }
  }

  async #read(): Promise<void> {
    try {
      // The list shows no memory of single processes, the most expensive figure.
      await this.observe({ memoryBudget: 0, watch: none });
    } catch {
      // `#observe` has reported it.
    }
  }

  async #observe(options: ObserveOptions): Promise<Model> {
    const began = Date.now();
    // The source reconnects when it is read.
    if (this.#state === 'lost') this.#set({ type: 'connecting', since: began });
    const late = setTimeout(() => this.#isLate(began), LATE * 1000);
    try {
      const model = await this.#parts.observer.observe(options);
      this.#readings += 1;
      this.#set({ type: 'connected', late: null });
      this.#parts.figures(figuresOf(model));
      return model;
    } catch (error) {
      this.#lose(error);
      throw error;
    } finally {
      clearTimeout(late);
    }
  }

  #isLate(since: number): void {
    if (this.#state === 'connected') this.#set({ type: 'connected', late: since });
  }

  #lose(error: unknown): void {
    const text = error instanceof Error ? error.message : String(error);
    // The row already names the machine.
    const reason = error instanceof LostLine ? text.replace(/^\S+: /, '') : `it cannot be read: ${text}`;
    this.#set({ type: 'lost', reason });
  }

  #set(state: MachineState): void {
    if (this.#end.signal.aborted) return;
    this.#state = state.type;
    this.#parts.state(state);
  }

  async #sleep(seconds: number): Promise<void> {
    this.#wake = new AbortController();
    if (this.#end.signal.aborted) return;
    await (Number.isFinite(seconds) ? pause(seconds, this.#wake.signal) : aborted(this.#wake.signal));
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
