import type { Model, ProcessNode, Project, Server } from '../model/model.ts';
import type { Trim } from '../model/scaling/fit.ts';
import type { ProcessAction } from '../model/scaling/process-actions.ts';
import type { ProcessKey } from '../snapshot.ts';
import type { NoticeLevel } from '../state/action.ts';
import type { Operation } from '../state/operation.ts';
import { percent } from '../text/figures.ts';
import {
  beginChange,
  type Change,
  cancelChange,
  failChange,
  observeChange,
  retarget,
  toldAt,
  toOperation,
} from './change.ts';
import type { Outcome } from './outcome.ts';
import type { Signals } from './signals.ts';

/** What the controller tells. */
export interface Reports {
  operation(operation: Operation): void;
  notice(level: NoticeLevel, text: string): void;
}

interface Fitting {
  readonly target: number;
  readonly trims: readonly Trim[];
}

/** Brings servers to the numbers of workers that were asked for. It has no clock: everything happens at readings. */
export class Controller {
  readonly #signals: Signals;
  readonly #reports: Reports;
  #model: Model | null = null;
  #changes: readonly Change[] = [];
  #nextId = 1;
  /** Ended changes that can be undone, the last one last. */
  #undoable: readonly Change[] = [];
  #fitting: Fitting | null = null;
  /** Commands that still run, by the change they are of: until one has ended there is nothing to wait for. */
  readonly #pending = new Map<number, Outcome | undefined>();

  constructor(signals: Signals, reports: Reports) {
    this.#signals = signals;
    this.#reports = reports;
  }

  /** Whether readings should come fast. */
  get busy(): boolean {
    return this.#changes.length > 0 || this.#fitting !== null;
  }

  /** Pids whose memory figures must be of now. */
  get watch(): ReadonlySet<number> {
    const pids = new Set<number>();
    for (const change of this.#changes) {
      for (const { pid } of this.#find(change.server)?.server.processes ?? []) pids.add(pid);
    }
    return pids;
  }

  /** So many workers more or fewer; while a change runs, its target moves. Signals go out at the next reading. */
  scale(key: ProcessKey, delta: number): void {
    const found = this.#find(key);
    if (found === null) return;
    const change = this.#changes.find(({ server }) => server === key);
    this.#aim(found, (change?.target ?? found.server.workers.current) + delta, false);
  }

  /** @param floor the fewest that are wanted, where that is not the server's usual floor */
  setTarget(key: ProcessKey, target: number, floor?: number): void {
    const found = this.#find(key);
    if (found !== null) this.#aim(found, target, false, floor);
  }

  /** Takes back the last change of this session that was not taken back yet. */
  undo(): void {
    const running = this.#changes.at(-1);
    if (running !== undefined && running.from !== null) {
      this.#replace(retarget(running, running.from));
      return;
    }
    const last = this.#undoable.at(-1);
    const found = last ? this.#find(last.server) : null;
    if (last === undefined || last.from === null) {
      this.#reports.notice('info', 'There is nothing to undo.');
      return;
    }
    this.#undoable = this.#undoable.slice(0, -1);
    if (found === null) {
      this.#reports.notice('warning', `${last.project} ${last.pid} has ended: nothing to undo there.`);
      return;
    }
    this.#aim(found, last.from, true);
  }

  /** Sends no more signals for what is under way. */
  cancel(): void {
    this.#fitting = null;
    for (const change of this.#changes) this.#replace(cancelChange(change));
  }

  /** Trims one worker after the other, until the share of memory in use is at the target or all trims are done. */
  fit(trims: readonly Trim[], target: number): void {
    this.#fitting = { trims, target };
  }

  act(action: ProcessAction, key: ProcessKey): void {
    const found = this.#findProcess(key);
    if (found === null) {
      this.#reports.notice('warning', 'The process has ended: nothing was sent.');
      return;
    }
    const refused = this.#signals.act(action, found.process, found.server);
    const done = `${pastOf[action]} ${found.process.role ?? 'process'} ${found.process.pid}.`;
    this.#reports.notice(refused === null ? 'info' : 'warning', refused ?? done);
  }

  /** To be called with every reading. */
  observe(model: Model): void {
    this.#model = model;
    for (const change of this.#changes) this.#step(change, model);
    if (this.#fitting !== null && this.#changes.length === 0) this.#fitOn(this.#fitting, model);
  }

  #step(before: Change, model: Model): void {
    const server = this.#find(before.server)?.server ?? null;
    const told = this.#told(before, model);
    if (told === null) return;
    const { change, send } = observeChange(told, server, model);
    const outcome = send === null || server === null ? null : this.#signals.scale(server, send);
    if (outcome instanceof Promise) {
      this.#pending.set(change.id, undefined);
      void outcome.then((ended) => this.#pending.set(change.id, ended));
    }
    const refused = typeof outcome === 'string' ? outcome : null;
    this.#replace(refused === null ? change : failChange(before, refused, model.at));
  }

  /** The change once its command has ended, from when on its effect is waited for; null while it runs. */
  #told(change: Change, model: Model): Change | null {
    if (!this.#pending.has(change.id)) return change;
    const ended = this.#pending.get(change.id);
    if (ended === undefined) return null;
    this.#pending.delete(change.id);
    return ended === null ? toldAt(change, model.uptime) : failChange(change, ended, model.at);
  }

  #aim({ server, project }: Found, wanted: number, undo: boolean, floor = server.workers.floor): void {
    const model = this.#model;
    if (model === null) return;
    const target = Math.max(wanted, floor);
    const running = this.#changes.find((change) => change.server === server.key);
    if (running) {
      this.#replace({ ...retarget(running, target), cancelled: false });
      return;
    }
    if (!server.scaling.available) {
      this.#reports.notice('warning', server.scaling.reason ?? `${server.kind} cannot be scaled.`);
      return;
    }
    if (target === server.workers.current) return;
    const change = beginChange({ id: this.#nextId++, server, project: project.name, target, undo, model });
    this.#changes = [...this.#changes, change];
    this.#reports.operation(toOperation(change));
  }

  /** Tells how a change stands where that has changed, and ends it where it has ended. */
  #replace(change: Change): void {
    const before = this.#changes.find(({ id }) => id === change.id);
    if (change.phase === 'running') {
      this.#changes = this.#changes.map((one) => (one.id === change.id ? change : one));
    } else {
      this.#changes = this.#changes.filter(({ id }) => id !== change.id);
      const changed = change.from !== null && change.from !== change.present.length;
      if (!change.undo && changed) this.#undoable = [...this.#undoable, change];
      if (change.phase !== 'done') this.#fitting = null;
    }
    const operation = toOperation(change);
    if (before === undefined || operation.text !== toOperation(before).text || change.phase !== 'running') {
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
    // Refused: what cannot be done now would be tried for ever.
    if (this.#changes.length === 0) this.#fitting = null;
  }

  #find(key: ProcessKey): Found | null {
    for (const project of this.#model?.projects ?? []) {
      const server = project.servers.find((one) => one.key === key);
      if (server) return { server, project };
    }
    return null;
  }

  #findProcess(key: ProcessKey): { readonly process: ProcessNode; readonly server: Server | null } | null {
    const model = this.#model;
    if (model === null) return null;
    for (const project of model.projects) {
      for (const server of project.servers) {
        const process = server.processes.find((one) => one.key === key);
        if (process) return { process, server };
      }
    }
    const process = [model.system, ...model.projects]
      .flatMap(({ processes }) => processes)
      .find((one) => one.key === key);
    return process ? { process, server: null } : null;
  }
}

interface Found {
  readonly server: Server;
  readonly project: Project;
}

const pastOf: Readonly<Record<ProcessAction, string>> = {
  continue: 'Continued',
  reload: 'Told to reload:',
  recycle: 'Told to go, to be replaced:',
  stop: 'Told to stop:',
  kill: 'Killed',
};
