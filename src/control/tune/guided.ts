import type { Model } from '../../model/model.ts';
import type { Refused } from '../../model/refused.ts';
import { jittered } from '../../pause.ts';
import type { ProcessKey } from '../../snapshot.ts';
import type { Operation } from '../../state/operation.ts';
import type { TuneWatch, Tuning } from '../../state/tuning.ts';
import type { TargetOptions } from '../controller.ts';
import type { Journal } from './journal.ts';
import { repaired } from './put-back.ts';
import { tune, tuneRefusal } from './tune.ts';
import { outcomeText } from './tune-text.ts';
import { findIn, type TuneOptions, TuneRefusal, type TuneWorld } from './world.ts';

/** Seconds between two readings while it watches, on average. */
const EVERY = 1;

export interface GuidedParts {
  readonly options: TuneOptions;
  readonly journal: Journal;
  /** Asks the dashboard's own controller for a number of workers. */
  setTarget(server: ProcessKey, target: number, options: TargetOptions): void;
  /** Called whenever the state of the run changes. */
  report(tuning: Tuning): void;
}

/** A guided run within the dashboard, which reads for it and sends its signals: one server at a time. */
export class GuidedRun {
  readonly #parts: GuidedParts;
  readonly #stop = new AbortController();
  #tuning: Tuning;
  #model: Model;
  #dueAt = 0;
  #waiting: ((model: Model) => void) | null = null;
  #change: { readonly server: ProcessKey; ended(result: Operation | Refused): void } | null = null;
  /** Resolves once it has ended, and a trim not found good is put back. */
  readonly ended: Promise<void>;

  constructor(server: ProcessKey, project: string, model: Model, parts: GuidedParts) {
    this.#parts = parts;
    this.#model = model;
    this.#tuning = { server, project, phase: 'running', steps: [], watch: null, said: [], outcome: null };
    this.ended = this.#run();
  }

  /** Seconds until the next reading is due. */
  get interval(): number {
    return Math.max(0, this.#dueAt - this.#model.uptime);
  }

  get isRunning(): boolean {
    return this.#tuning.phase !== 'ended';
  }

  /** Ends it: what was trimmed and not yet found good is put back. */
  stop(): void {
    if (this.#tuning.phase !== 'running') return;
    this.#tell({ phase: 'stopping' });
    this.#stop.abort();
    this.#dueAt = 0;
  }

  /** Call this with every reading. */
  observe(model: Model): void {
    this.#model = model;
    if (model.uptime < this.#dueAt) return;
    this.#dueAt = model.uptime + jittered(EVERY);
    this.#waiting?.(model);
  }

  /** Call this with every report of a change. */
  operation(operation: Operation): void {
    if (operation.phase !== 'running' && operation.server === this.#change?.server) this.#change.ended(operation);
  }

  /** Call this when something that was asked for is refused. */
  refused(text: string): void {
    this.#change?.ended({ refused: text });
  }

  async #run(): Promise<void> {
    // Wait until the caller has this object.
    await Promise.resolve();
    const { server } = this.#tuning;
    const world = this.#world();
    try {
      const found = findIn(this.#model, server);
      if (found === null) throw new TuneRefusal('Its master has ended.');
      const first = await repaired(found, world);
      const refusal = tuneRefusal(first.server, world, this.#parts.options);
      if (refusal !== null) throw new TuneRefusal(refusal);
      this.#end(outcomeText(await tune(first, world, this.#parts.options)));
    } catch (error) {
      this.#end(error instanceof Error ? error.message : String(error));
    }
  }

  #world(): TuneWorld {
    return {
      observe: () =>
        new Promise((resolve) => {
          this.#waiting = resolve;
        }),
      change: (server, target, back) => this.#changeTo(server, target, back),
      say: (text) => this.#tell({ said: [...this.#tuning.said, { at: this.#model.at, text }], watch: null }),
      watching: (watch: TuneWatch) => this.#tell({ watch }),
      watched: (step) => this.#tell({ steps: [...this.#tuning.steps, step], watch: null }),
      journal: this.#parts.journal,
      stop: this.#stop.signal,
    };
  }

  async #changeTo(server: ProcessKey, target: number, back: boolean): Promise<Operation | Refused> {
    const result = new Promise<Operation | Refused>((ended) => {
      this.#change = { server, ended };
    });
    // Workers that it had before may come back without a check of the memory.
    this.#parts.setTarget(server, target, back ? { consent: 'memory' } : {});
    const ended = await result;
    this.#change = null;
    return ended;
  }

  #end(outcome: string): void {
    this.#tell({ phase: 'ended', outcome, watch: null });
  }

  #tell(part: Partial<Tuning>): void {
    this.#tuning = { ...this.#tuning, ...part };
    this.#parts.report(this.#tuning);
  }
}
