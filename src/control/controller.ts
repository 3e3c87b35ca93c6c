import { type FoundServer, findProcess, findServer } from '../model/lookup.ts';
import type { Model } from '../model/model.ts';
import type { Trim } from '../model/scaling/fit.ts';
import { type Growth, type Objection, objectionTo } from '../model/scaling/price.ts';
import type { ProcessAction } from '../model/scaling/process-actions.ts';
import type { ProcessKey } from '../snapshot.ts';
import type { Consent, Operation, Question } from '../state/operation.ts';
import { percent } from '../text/figures.ts';
import { actOn } from './act.ts';
import {
  beginChange,
  type Change,
  cancelChange,
  commandEnded,
  failChange,
  fromOf,
  interruptChange,
  isRunning,
  retarget,
  withdrawChange,
} from './change.ts';
import { observeChange } from './change-loop.ts';
import { toOperation } from './change-text.ts';
import { growthOf, isAgreed, newCode } from './growth.ts';
import type { Outcome } from './outcome.ts';
import type { Reports } from './reports.ts';
import type { Signals } from './signals.ts';

interface Fitting {
  readonly target: number;
  readonly trims: readonly Trim[];
}

/** A control command that was started for a change. */
type CommandState = { readonly type: 'running' } | { readonly type: 'ended'; readonly outcome: Outcome };

interface Unpriced {
  readonly target: number;
  readonly options: TargetOptions;
}

export interface TargetOptions {
  /** The fewest workers, if not the server's floor. */
  readonly floor?: number;
  readonly undo?: boolean;
  /** Whether each worker was asked for by a key press of its own. */
  readonly oneByOne?: boolean;
  /** What the user has agreed to. */
  readonly consent?: Consent;
}

/**
 * Brings servers to the requested numbers of workers. Every way to add workers leads through `setTarget`, which asks if
 * they are many or do not fit in memory. It has no clock: signals are sent at readings.
 */
export class Controller {
  readonly #signals: Signals;
  readonly #reports: Reports;
  #model: Model | null = null;
  #changes: readonly Change[] = [];
  #nextId = 1;
  /** Ended changes that can be undone, the last one last. */
  #undoable: readonly Change[] = [];
  #fitting: Fitting | null = null;
  /** Targets whose price is not known before the next reading, which reads the memory of their servers. */
  #unpriced = new Map<ProcessKey, Unpriced>();
  /** Control commands, by change. Once a command has ended, its effect is awaited. */
  readonly #commands = new Map<number, CommandState>();
  /** What the user agreed to, by change. */
  readonly #consents = new Map<number, Consent>();

  constructor(signals: Signals, reports: Reports) {
    this.#signals = signals;
    this.#reports = reports;
  }

  /** Whether readings should come fast. */
  get busy(): boolean {
    return this.#changes.length > 0 || this.#unpriced.size > 0 || this.#fitting !== null;
  }

  /** Pids whose memory figures must be fresh. */
  get watch(): ReadonlySet<number> {
    const pids = new Set<number>();
    for (const key of [...this.#changes.map(({ server }) => server), ...this.#unpriced.keys()]) {
      for (const { pid } of this.#find(key)?.server.processes ?? []) pids.add(pid);
    }
    return pids;
  }

  /** One worker more or fewer by a key press; while a change runs, its target moves. */
  scale(key: ProcessKey, delta: number): void {
    const asked = this.#unpriced.get(key)?.target ?? this.#running(key)?.target;
    const current = asked ?? this.#find(key)?.server.workers.current;
    if (current !== undefined) this.setTarget(key, current + delta, { oneByOne: true });
  }

  /** Asks for a number of workers. Signals go out at the next readings. */
  setTarget(key: ProcessKey, wanted: number, options: TargetOptions = {}): void {
    this.#aim(key, wanted, options, false);
  }

  /** @param isRead whether the memory of its processes was to be read at this reading */
  #aim(key: ProcessKey, wanted: number, options: TargetOptions, isRead: boolean): void {
    this.#unpriced.delete(key);
    const found = this.#find(key);
    const model = this.#model;
    if (found === null || model === null) return;
    const { server, project } = found;
    const { floor = server.workers.floor, undo = false, oneByOne = false, consent = 'none' } = options;
    const running = this.#running(key);
    if (running === undefined && !server.scaling.available) {
      const { scaling, workers } = server;
      this.#reports.notice('warning', wanted > workers.current ? scaling.reasonToAdd : scaling.reason);
      return;
    }
    const target = Math.max(wanted, floor);
    const now = running?.target ?? server.workers.current;
    if (target > now) {
      const objection = this.#objection({ ...growthOf(found, target, running), oneByOne }, model);
      if (objection !== null && !isAgreed(objection, consent)) {
        if (objection.because === 'unknown' && !isRead) {
          this.#unpriced.set(key, { target, options: { ...options, floor } });
          return;
        }
        this.#ask({ ...objection, wanted: { server: key, target, undo } });
        return;
      }
    }
    if (running) {
      if (consent !== 'none') this.#consents.set(running.id, consent);
      this.#replace(retarget(running, target));
      return;
    }
    if (undo) this.#undoable = withoutLastOf(this.#undoable, key);
    if (target === now) return;
    const change = beginChange({ id: this.#nextId++, server, project: project.name, target, undo, model });
    this.#changes = [...this.#changes, change];
    this.#consents.set(change.id, consent);
    this.#reports.operation(toOperation(change));
  }

  /** Takes back the last change of this session that was not taken back yet. */
  undo(): void {
    const running = this.#changes.at(-1);
    if (running !== undefined && running.start !== null) {
      this.setTarget(running.server, fromOf(running), { undo: true });
      return;
    }
    const last = this.#undoable.at(-1);
    if (last === undefined) {
      this.#reports.notice('info', 'There is nothing to undo.');
      return;
    }
    if (this.#find(last.server) === null) {
      this.#undoable = this.#undoable.slice(0, -1);
      this.#reports.notice('warning', `${last.project} ${last.pid} has ended: nothing to undo there.`);
      return;
    }
    this.setTarget(last.server, fromOf(last), { undo: true });
  }

  /** Sends no more signals for running changes. */
  cancel(): void {
    this.#fitting = null;
    this.#unpriced.clear();
    for (const change of this.#changes) this.#replace(cancelChange(change));
  }

  /** Leaves running changes as they are, since workertop ends. @returns their state */
  leave(): readonly Operation[] {
    const at = this.#model?.at ?? 0;
    const cut = this.#changes.map((change) => toOperation(interruptChange(change, at)));
    this.#changes = [];
    this.#unpriced.clear();
    this.#fitting = null;
    return cut;
  }

  /** Trims one worker after the other, until the share of memory in use is at the target or all trims are done. */
  fit(trims: readonly Trim[], target: number): void {
    this.#fitting = { trims, target };
  }

  /** Signals one process, for a key of its own. Reports what was done. */
  act(action: ProcessAction, key: ProcessKey): void {
    actOn(findProcess(this.#model, key), action, this.#signals, this.#reports);
  }

  /** Call it with every reading. */
  observe(model: Model): void {
    this.#model = model;
    for (const [key, { target, options }] of [...this.#unpriced]) this.#aim(key, target, options, true);
    for (const change of this.#changes) this.#step(change, model);
    if (this.#fitting !== null && this.#changes.length === 0) this.#fitOn(this.#fitting, model);
  }

  #step(before: Change, model: Model): void {
    const server = this.#find(before.server)?.server ?? null;
    const ready = this.#withCommandEnded(before, model);
    if (ready === null) return;
    const { change, send } = observeChange(ready, server, model);
    // Ask only now: this reading looked at the code, and nothing has been sent since.
    const objection = send === 1 && server !== null ? newCode(change, server) : null;
    if (objection !== null && !isAgreed(objection, this.#consents.get(before.id) ?? 'none')) {
      const { server: key, target, undo } = change;
      this.#replace(withdrawChange(before, model.at));
      this.#ask({ ...objection, wanted: { server: key, target, undo } });
      return;
    }
    // Report it before it is sent: the log then has it whatever happens.
    if (send !== null) this.#reports.operation(toOperation(change));
    const outcome = send === null || server === null ? null : this.#signals.scale(server, send);
    if (outcome instanceof Promise) {
      this.#commands.set(change.id, { type: 'running' });
      void outcome.then((ended) => this.#commands.set(change.id, { type: 'ended', outcome: ended }));
    }
    this.#replace(typeof outcome === 'string' ? failChange(before, outcome, model.at) : change);
  }

  /** The change, which waits for its command's effect once that has ended; null while the command runs. */
  #withCommandEnded(change: Change, model: Model): Change | null {
    const command = this.#commands.get(change.id);
    if (command === undefined) return change;
    if (command.type === 'running') return null;
    this.#commands.delete(change.id);
    const { outcome } = command;
    return outcome === null ? commandEnded(change, model.uptime) : failChange(change, outcome, model.at);
  }

  /** The objection to this growth together with all that is under way; null if there is none. */
  #objection(growth: Growth, model: Model): Objection | null {
    const underWay = this.#changes.flatMap((change) => {
      const found = this.#find(change.server);
      return found === null ? [] : [growthOf(found, change.target, change)];
    });
    return objectionTo([growth], underWay, model);
  }

  #ask(question: Question): void {
    if (this.#reports.question) this.#reports.question(question);
    else this.#reports.notice('warning', question.text);
  }

  /** Reports a change if its text has changed, and removes it once it has ended. */
  #replace(change: Change): void {
    const before = this.#changes.find(({ id }) => id === change.id);
    if (isRunning(change)) {
      this.#changes = this.#changes.map((other) => (other.id === change.id ? change : other));
    } else {
      this.#changes = this.#changes.filter(({ id }) => id !== change.id);
      this.#consents.delete(change.id);
      const changed = change.start !== null && fromOf(change) !== change.seen.present.length;
      if (!change.undo && changed) this.#undoable = [...this.#undoable, change];
      if (change.phase.type !== 'done') this.#fitting = null;
    }
    const operation = toOperation(change);
    if (before === undefined || operation.text !== toOperation(before).text || !isRunning(change)) {
      this.#reports.operation(operation);
    }
  }

  #fitOn({ target, trims }: Fitting, model: Model): void {
    const { usedShare } = model.host.memory;
    const next = trims.find(({ server, to }) => (this.#find(server)?.server.workers.current ?? 0) > to);
    if (usedShare <= target || next === undefined) {
      this.#fitting = null;
      const reached = usedShare <= target ? 'the target is reached' : 'all trims are done';
      this.#reports.notice('info', `Fit to ${percent(target)}: ${reached}, memory is at ${percent(usedShare)}.`);
      return;
    }
    this.scale(next.server, -1);
    // It was refused, and would be tried for ever.
    if (this.#changes.length === 0) this.#fitting = null;
  }

  #running(key: ProcessKey): Change | undefined {
    return this.#changes.find(({ server }) => server === key);
  }

  #find(key: ProcessKey): FoundServer | null {
    return findServer(this.#model, key);
  }
}

function withoutLastOf(changes: readonly Change[], key: ProcessKey): readonly Change[] {
  const last = changes.findLast(({ server }) => server === key);
  return changes.filter((change) => change !== last);
}
