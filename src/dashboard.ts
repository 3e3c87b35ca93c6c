import type { ActionLog } from './control/action-log.ts';
import { AftermathWatch } from './control/aftermath.ts';
import { Controller } from './control/controller.ts';
import type { Signals } from './control/signals.ts';
import { GuidedRun } from './control/tune/guided.ts';
import type { Journal } from './control/tune/journal.ts';
import type { TuneOptions } from './control/tune/world.ts';
import type { Observations } from './model/activity/observations.ts';
import { advise } from './model/advice/advice.ts';
import { History } from './model/history/history.ts';
import type { Model } from './model/model.ts';
import type { Trim } from './model/scaling/fit.ts';
import { silentMount } from './model/silent-mount.ts';
import type { Observer } from './observer.ts';
import { pause } from './pause.ts';
import type { ProcessKey } from './snapshot.ts';
import type { Action, Effect, MouseEvent, ReplayMove } from './state/action.ts';
import type { Operation } from './state/operation.ts';
import type { ReplayPosition } from './state/replay.ts';
import type { Ground, ViewSettings } from './state/settings.ts';
import { type AppState, panelOf } from './state/state.ts';
import type { Tuning } from './state/tuning.ts';
import { update } from './state/update.ts';
import { percent } from './view/format.ts';
import { clampScroll, frame } from './view/frame.ts';
import { targetAt } from './view/hit.ts';
import { plot } from './view/plot.ts';
import type { Scene } from './view/scene.ts';
import type { Screen } from './view/screen.ts';
import { makeTheme, type Theme, type ThemeOptions } from './view/theme.ts';

/** Seconds between readings while workers start or exit, and while memory is read for the first time. */
const FAST = 0.15;
const FILLING = 0.2;

/** Seconds after the start in which readings are frequent. Memory not read by then is read at the usual interval. */
const FILLING_TIME = 3;

/**
 * Longest time that the first list waits for files, in seconds: they tell to which project a process belongs, and rows that
 * are shown without them change their names and places at once. The frame around the list is there before.
 */
const FIRST_LIST_TIMEOUT = 0.1;

/** Longest time to spend on reading memory, in seconds: in the first reading, while figures fill in, and later. */
const budgets = { first: 0, filling: 0.08, steady: 0.006 } as const;

/** Seconds after which it is said again that a connection is broken: a key takes a notice away. */
const REMIND = 2;

/** Seconds between two searches for advice, most of which rests on minutes. */
const ADVICE_EVERY = 3.5;

/** Shortest time between two frames, in seconds: a held key repeats faster. */
const SHORTEST_FRAME = 0.016;

/** The exit code after SIGHUP. */
const LOST_TERMINAL = 129;

export interface DashboardParts {
  readonly observer: Observer;
  /** How many workers were in use, over the last week. */
  readonly observations: Observations;
  readonly signals: Signals;
  readonly log: ActionLog;
  readonly screen: Screen;
  readonly terminal: Pick<ThemeOptions, 'colors' | 'ascii'>;
  readonly state: AppState;
  /** Writes settings to the configuration file. */
  save(settings: ViewSettings): void;
  readonly tune: { readonly options: TuneOptions; readonly journal: Journal };
  /** The recording that is played; null when live. */
  readonly replaying: { readonly position: ReplayPosition; move(move: ReplayMove): void } | null;
  /** Why the connection to another machine broke, if this error says so; else null. */
  lost(error: unknown): string | null;
  /** Stops this process as Ctrl-Z does. Returns after it was continued. */
  suspend(): void;
}

function fitText(trims: readonly Trim[]): string {
  return trims.map(({ project, pid, from, to }) => `${project} ${pid} ${from} → ${to}`).join(', ');
}

/** The live dashboard: reads, updates, paints, and carries out what the state asks for. */
export class Dashboard {
  readonly #parts: DashboardParts;
  readonly #controller: Controller;
  readonly #history = new History();
  readonly #aftermath = new AftermathWatch();
  #state: AppState;
  #model: Model | null = null;
  #began = 0;
  #toldMounts: ReadonlySet<string> = new Set();
  #wake = new AbortController();
  #painting: NodeJS.Timeout | null = null;
  #ended = false;
  #guided: GuidedRun | null = null;
  #ending = false;
  #theme: Theme;
  #recalled = false;
  /** Whether a broken connection is to be made again. */
  #wantsConnection = false;
  #advisedAt = Number.NEGATIVE_INFINITY;
  #isLost = false;
  #end: (code: number) => void = () => {};

  constructor(parts: DashboardParts) {
    this.#parts = parts;
    this.#state = parts.state;
    this.#theme = makeTheme({ ...parts.terminal, ground: groundOf(parts.state) });
    this.#controller = new Controller(parts.signals, {
      operation: (operation) => {
        parts.log.operation(operation);
        this.#history.claimEvents(operation.server, operation.startedAt);
        this.#aftermath.begin(operation, this.#model);
        this.dispatch({ type: 'operation', operation });
        this.#guided?.operation(operation);
      },
      question: (question) => this.dispatch({ type: 'question', question }),
      notice: (level, text) => {
        this.#guided?.refused(text);
        if (this.#model !== null) parts.log.note(this.#model.at, text);
        this.dispatch({ type: 'notice', level, text });
      },
    });
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

  /** Runs until `end` is called or a key ends it. @returns the exit code @throws what the source throws */
  async run(): Promise<number> {
    const ended = new Promise<number>((resolve) => {
      this.#end = resolve;
    });
    this.repaint();
    try {
      return await Promise.race([ended, this.#read()]);
    } finally {
      this.#finish(0);
    }
  }

  /** Ends the dashboard. A guided run first puts back a trim not yet found good, unless called twice. */
  end(code: number): void {
    const guided = this.#guided;
    // A terminal that goes away tells so in several ways at once.
    const isHurried = this.#ending && code !== LOST_TERMINAL;
    if (guided === null || !guided.isRunning || isHurried) {
      this.#finish(code);
      return;
    }
    if (this.#ending) return;
    this.#ending = true;
    guided.stop();
    this.dispatch({ type: 'notice', level: 'warning', text: 'Ends once the tune is put back. Again to end at once.' });
    this.#wake.abort();
    void guided.ended.then(() => this.#finish(code));
  }

  #finish(code: number): void {
    this.#ended = true;
    if (this.#painting) clearTimeout(this.#painting);
    this.#wake.abort();
    this.#end(code);
  }

  readonly dispatch = (action: Action): void => {
    if (this.#ended) return;
    const [state, effects] = update(this.#state, action, this.#history);
    const changed = state !== this.#state;
    this.#state = state;
    if (action.type === 'key') this.#state = clampScroll(this.#scene);
    for (const effect of effects) this.#perform(effect);
    if (changed) this.#painting ??= setTimeout(() => this.#paint(), SHORTEST_FRAME * 1000);
  };

  /** Handles a mouse event at a column and line of the screen. */
  pointed(what: MouseEvent, column: number, line: number): void {
    this.dispatch({ type: 'mouse', what, target: targetAt(this.#scene, column, line) });
  }

  suspend(): void {
    const { screen, suspend } = this.#parts;
    screen.suspend();
    suspend();
    screen.resume();
    this.dispatch({ type: 'resize', columns: screen.columns, lines: screen.lines });
    this.#paint();
    this.#wake.abort();
  }

  /** Whether the screen is laid out for this size. */
  fits(columns: number, lines: number): boolean {
    return this.#state.columns === columns && this.#state.lines === lines;
  }

  /** Draws the whole screen anew, whatever the terminal shows. */
  redraw(): void {
    this.#parts.screen.redraw();
    this.#paint();
  }

  #paint(): void {
    this.#painting = null;
    if (!this.#ended) this.repaint();
  }

  repaint(): void {
    const { screen, terminal } = this.#parts;
    const ground = groundOf(this.#state);
    if (this.#theme.ground !== ground) this.#theme = makeTheme({ ...terminal, ground });
    screen.setMouse(this.#state.settings.mouse);
    screen.paint(frame(this.#scene), plot(this.#scene));
  }

  get #scene(): Scene {
    const { observations } = this.#parts;
    return { state: this.#state, history: this.#history, observations, theme: this.#theme };
  }

  /** Reads and dispatches until `end` is called. @throws what the source throws */
  async #read(): Promise<number> {
    const { observer, replaying } = this.#parts;
    while (!this.#ended) {
      const model = await this.#observe(observer);
      if (this.#ended) break;
      if (model === null) continue;
      if (this.#wantsConnection) this.dispatch({ type: 'notice', level: 'info', text: 'Connected again.' });
      this.#wantsConnection = false;
      if (this.#model === null) this.#began = model.uptime;
      const isFirst = this.#model === null;
      this.#model = model;
      // The first reading only finds out whose memory to read. It is not shown, because its order would change at once.
      if (isFirst && isFilling(model)) continue;
      this.#history.record(model);
      this.#parts.observations.record(model);
      this.dispatch({ type: 'model', model });
      if (replaying !== null) this.dispatch({ type: 'replay', position: replaying.position });
      this.#controller.observe(model);
      this.#guided?.observe(model);
      this.#tellOfChanges(model);
      this.#tellOfMounts(model);
      // A recording can be wound back.
      if (Math.abs(model.uptime - this.#advisedAt) >= ADVICE_EVERY) {
        this.#advisedAt = model.uptime;
        // Advice takes milliseconds: handle pending keys first.
        setImmediate(() => this.dispatch({ type: 'advice', advice: advise(model, this.#history) }));
      }
      await this.#sleep(this.#interval());
    }
    return 0;
  }

  /** The next model; null if the connection to another machine broke, and somebody wants it back. @throws what the source throws */
  async #observe(observer: Observer): Promise<Model | null> {
    try {
      return await observer.observe({
        memoryBudget: this.#budget(),
        watch: this.#controller.watch,
        connections: panelOf(this.#state)?.type === 'details' || this.#guided?.isRunning === true,
        ...(this.#model === null ? { patience: FIRST_LIST_TIMEOUT } : {}),
      });
    } catch (error) {
      const lost = this.#model === null ? null : this.#parts.lost(error);
      if (lost === null) throw error;
      await this.#awaitReconnect(lost);
      return null;
    }
  }

  /** Says that figures are old, and by which key they are had again, until that key is pressed. */
  async #awaitReconnect(lost: string): Promise<void> {
    const cut = this.leave().map(({ text }) => ` ${text}`);
    this.#parts.log.note(Date.now(), lost);
    this.#isLost = true;
    this.#wantsConnection = false;
    while (!this.#ended && !this.#wantsConnection) {
      const text = `${lost}. What is shown is old.${cut.join('')} r connects again.`;
      this.dispatch({ type: 'notice', level: 'error', text });
      await this.#sleep(REMIND);
    }
    this.#isLost = false;
    this.dispatch({ type: 'notice', level: 'info', text: 'Connecting again …' });
  }

  /**
   * Sleeps until woken.
   * @param seconds the longest time to sleep
   */
  async #sleep(seconds: number): Promise<void> {
    this.#wake = new AbortController();
    await pause(seconds, this.#wake.signal);
  }

  /** What came of changes of the last ten minutes; for the log too. */
  #tellOfChanges(model: Model): void {
    for (const { level, text } of this.#aftermath.observe(model)) {
      this.#parts.log.note(model.at, text);
      this.dispatch({ type: 'notice', level, text });
    }
  }

  /** Reports each mount that does not answer, once, and again if it answers and then stops again. */
  #tellOfMounts({ silentMounts }: Model): void {
    for (const mount of silentMounts) {
      if (!this.#toldMounts.has(mount)) this.dispatch({ type: 'notice', level: 'warning', text: silentMount(mount) });
    }
    this.#toldMounts = new Set(silentMounts);
  }

  get #filling(): boolean {
    const model = this.#model;
    if (model?.incomplete) return true;
    if (model === null || model.uptime - this.#began > FILLING_TIME) return false;
    return isFilling(model);
  }

  #budget(): number {
    if (this.#model === null) return budgets.first;
    return this.#filling ? budgets.filling : budgets.steady;
  }

  #interval(): number {
    const { settings, replay } = this.#state;
    const delay = settings.delay / (replay?.speed ?? 1);
    if (this.#controller.busy) return Math.min(FAST, delay);
    if (this.#guided?.isRunning) return Math.min(this.#guided.interval, delay);
    return this.#filling ? Math.min(FILLING, delay) : delay;
  }

  #tune(server: ProcessKey, project: string): void {
    if (this.#model === null || this.#guided?.isRunning) return;
    this.#guided = new GuidedRun(server, project, this.#model, {
      ...this.#parts.tune,
      setTarget: (key, target, options) => this.#controller.setTarget(key, target, options),
      report: (tuning) => this.#tuned(tuning),
    });
    this.#wake.abort();
  }

  #tuned(tuning: Tuning): void {
    const [last] = tuning.said.slice(-1);
    if (last !== undefined && last !== this.#state.tuning?.said.at(-1)) this.#parts.log.note(last.at, last.text);
    if (tuning.outcome !== null) this.#parts.log.note(this.#model?.at ?? 0, tuning.outcome);
    this.dispatch({ type: 'tuning', tuning });
  }

  #perform(effect: Effect): void {
    switch (effect.type) {
      case 'scale':
        this.#controller.scale(effect.server, effect.delta);
        this.#wake.abort();
        return;
      case 'set': {
        const { server, target, undo } = effect.wanted;
        this.#controller.setTarget(server, target, { undo, consent: effect.consent });
        this.#wake.abort();
        return;
      }
      case 'fit':
        this.#controller.fit(effect.trims, effect.target);
        this.#parts.log.note(this.#model?.at ?? 0, `Fit to ${percent(effect.target)} asked: ${fitText(effect.trims)}`);
        this.#wake.abort();
        return;
      case 'act':
        this.#controller.act(effect.action, effect.process);
        this.#wake.abort();
        return;
      case 'undo':
        this.#controller.undo();
        this.#wake.abort();
        return;
      case 'recall':
        if (!this.#recalled) this.#parts.log.recall();
        this.#recalled = true;
        return;
      case 'tune':
        this.#tune(effect.server, effect.project);
        return;
      case 'stop-tune':
        this.#guided?.stop();
        this.#wake.abort();
        return;
      case 'cancel':
        this.#controller.cancel();
        return;
      case 'refresh':
        this.#wantsConnection = this.#isLost;
        this.#wake.abort();
        return;
      case 'redraw':
        this.redraw();
        return;
      case 'suspend':
        this.suspend();
        return;
      case 'copy':
        this.#parts.screen.copy(effect.text);
        return;
      case 'save':
        this.#parts.save(effect.settings);
        return;
      case 'replay':
        this.#parts.replaying?.move(effect.move);
        this.#wake.abort();
        return;
      case 'quit':
        this.end(effect.code);
        return;
    }
    effect satisfies never;
  }
}

/** The background of the terminal: the user's setting, else what the terminal reported. */
function groundOf({ settings, ground }: AppState): Ground {
  return settings.theme === 'auto' ? ground : settings.theme;
}

/** Whether the memory of some processes has not been read yet. */
function isFilling({ projects, system }: Model): boolean {
  return [...projects, system].some(({ memory }) => memory.counted === null);
}
