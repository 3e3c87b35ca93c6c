import type { ActionLog } from '../control/action-log.ts';
import { AftermathWatch } from '../control/aftermath.ts';
import { Controller } from '../control/controller.ts';
import type { Signals } from '../control/signals.ts';
import { GuidedRun } from '../control/tune/guided.ts';
import type { Journal } from '../control/tune/journal.ts';
import type { TuneOptions } from '../control/tune/world.ts';
import type { History } from '../model/history/history.ts';
import type { Model } from '../model/model.ts';
import type { Trim } from '../model/scaling/fit.ts';
import type { ProcessKey } from '../snapshot.ts';
import type { Action, Effect } from '../state/action.ts';
import type { Operation } from '../state/operation.ts';
import type { Tuning } from '../state/tuning.ts';
import { percent } from '../view/format.ts';

/** Seconds between readings while workers start or exit. */
const FAST = 0.15;

export interface ChangesParts {
  readonly signals: Signals;
  readonly log: ActionLog;
  readonly tune: { readonly options: TuneOptions; readonly journal: Journal };
  readonly history: History;
  /** The newest reading; null before the first. */
  model(): Model | null;
  /** The guided run as the state has it; null before the first. */
  tuning(): Tuning | null;
  dispatch(action: Action): void;
  /** Reads now, not when the next reading is due. */
  wake(): void;
}

/** Effects that change processes. */
export type ChangeEffect = Extract<
  Effect,
  { readonly type: 'scale' | 'set' | 'fit' | 'act' | 'undo' | 'cancel' | 'tune' | 'stop-tune' }
>;

/**
 * Carries out changes of workers and one guided run. Reports both, and their consequences, to the state and the log.
 */
export class Changes {
  readonly #parts: ChangesParts;
  readonly #controller: Controller;
  readonly #aftermath = new AftermathWatch();
  #guided: GuidedRun | null = null;

  constructor(parts: ChangesParts) {
    this.#parts = parts;
    this.#controller = new Controller(parts.signals, {
      operation: (operation) => {
        parts.log.operation(operation);
        parts.history.claimEvents(operation.server, operation.startedAt);
        this.#aftermath.begin(operation, parts.model());
        parts.dispatch({ type: 'operation', operation });
        this.#guided?.operation(operation);
      },
      question: (question) => parts.dispatch({ type: 'question', question }),
      notice: (level, text) => {
        this.#guided?.refused(text);
        const model = parts.model();
        if (model !== null) parts.log.note(model.at, text);
        parts.dispatch({ type: 'notice', level, text });
      },
    });
  }

  /** Pids whose memory must be fresh. */
  get watch(): ReadonlySet<number> {
    return this.#controller.watch;
  }

  /** Whether a guided run is under way. */
  get isTuning(): boolean {
    return this.#guided?.isRunning === true;
  }

  /** Most seconds until the next reading; null if nothing is under way. */
  get longestInterval(): number | null {
    if (this.#controller.busy) return FAST;
    return this.#guided?.isRunning ? this.#guided.interval : null;
  }

  /** Call this with every reading, once the state has it. */
  observe(model: Model): void {
    this.#controller.observe(model);
    this.#guided?.observe(model);
    // Consequences of changes in the last ten minutes.
    for (const { level, text } of this.#aftermath.observe(model)) {
      this.#parts.log.note(model.at, text);
      this.#parts.dispatch({ type: 'notice', level, text });
    }
  }

  /**
   * Ends all changes that are still running.
   * @returns how each ended
   */
  leave(): readonly Operation[] {
    const cut = this.#controller.leave();
    for (const operation of cut) this.#parts.log.operation(operation);
    return cut;
  }

  /** Ends the guided run. Resolves once a trim not yet found good is put back. */
  async stopTuning(): Promise<void> {
    this.#guided?.stop();
    await this.#guided?.ended;
  }

  perform(effect: ChangeEffect): void {
    switch (effect.type) {
      case 'scale':
        this.#controller.scale(effect.server, effect.delta);
        this.#parts.wake();
        return;
      case 'set': {
        const { server, target, undo } = effect.wanted;
        this.#controller.setTarget(server, target, { undo, consent: effect.consent });
        this.#parts.wake();
        return;
      }
      case 'fit':
        this.#controller.fit(effect.trims, effect.target);
        this.#note(`Fit to ${percent(effect.target)} asked: ${fitText(effect.trims)}`);
        this.#parts.wake();
        return;
      case 'act':
        this.#controller.act(effect.action, effect.process);
        this.#parts.wake();
        return;
      case 'undo':
        this.#controller.undo();
        this.#parts.wake();
        return;
      case 'cancel':
        this.#controller.cancel();
        return;
      case 'tune':
        this.#tune(effect.server, effect.project);
        return;
      case 'stop-tune':
        this.#guided?.stop();
        this.#parts.wake();
        return;
    }
    effect satisfies never;
  }

  #tune(server: ProcessKey, project: string): void {
    const model = this.#parts.model();
    if (model === null || this.isTuning) return;
    this.#guided = new GuidedRun(server, project, model, {
      ...this.#parts.tune,
      setTarget: (key, target, options) => this.#controller.setTarget(key, target, options),
      report: (tuning) => this.#tuned(tuning),
    });
    this.#parts.wake();
  }

  #tuned(tuning: Tuning): void {
    const [last] = tuning.said.slice(-1);
    if (last !== undefined && last !== this.#parts.tuning()?.said.at(-1)) this.#parts.log.note(last.at, last.text);
    if (tuning.outcome !== null) this.#note(tuning.outcome);
    this.#parts.dispatch({ type: 'tuning', tuning });
  }

  #note(text: string): void {
    this.#parts.log.note(this.#parts.model()?.at ?? 0, text);
  }
}

function fitText(trims: readonly Trim[]): string {
  return trims.map(({ project, pid, from, to }) => `${project} ${pid} ${from} → ${to}`).join(', ');
}
