import type { ActionLog } from '../control/action-log.ts';
import type { Signals } from '../control/signals.ts';
import type { Observations } from '../model/activity/observations.ts';
import { advise } from '../model/advice/advice.ts';
import { History } from '../model/history/history.ts';
import type { Model } from '../model/model.ts';
import { silentMount } from '../model/silent-mount.ts';
import type { Observer } from '../observer.ts';
import { Painter } from '../painter.ts';
import type { Action, Effect, MouseEvent, ReplayMove } from '../state/action.ts';
import type { Operation } from '../state/operation.ts';
import type { ReplayPosition } from '../state/replay.ts';
import { groundOf, type ViewSettings } from '../state/settings.ts';
import { type AppState, panelOf } from '../state/state.ts';
import { update } from '../state/update.ts';
import { clampScroll, frame } from '../view/frame.ts';
import { targetAt } from '../view/hit.ts';
import { plot } from '../view/plot.ts';
import type { Scene } from '../view/scene.ts';
import type { Screen } from '../view/screen.ts';
import type { ThemeOptions } from '../view/theme.ts';
import { Changes, type ChangesParts } from './changes.ts';
import { Readings } from './readings.ts';

/** Seconds between two computations of advice. Most advice depends on minutes of readings. */
const ADVICE_EVERY = 3.5;

/** Shortest time between two frames, in seconds: a held key repeats faster. */
const SHORTEST_FRAME = 0.016;

/** The exit code after SIGHUP. */
const LOST_TERMINAL = 129;

export interface DashboardParts {
  readonly observer: Pick<Observer, 'observe'>;
  /** How many workers were in use, over the last week. */
  readonly observations: Observations;
  readonly signals: Signals;
  readonly log: ActionLog;
  readonly screen: Screen;
  readonly terminal: Pick<ThemeOptions, 'colors' | 'ascii'>;
  readonly state: AppState;
  /** Writes settings to the configuration file. */
  save(settings: ViewSettings): void;
  readonly tune: ChangesParts['tune'];
  /** The recording that is played; null when live. */
  readonly replaying: { readonly position: ReplayPosition; move(move: ReplayMove): void } | null;
  /** Why the connection to another machine broke, if this error says so; else null. */
  lost(error: unknown): string | null;
  /** Stops this process as Ctrl-Z does. Returns after it was continued. */
  suspend(): void;
}

/** How a dashboard ends: with an exit code, or back to the list of machines. */
export type DashboardEnd = number | 'back';

/** The live dashboard: reads, updates, paints, and carries out what the state asks for. */
export class Dashboard {
  readonly #parts: DashboardParts;
  readonly #history = new History();
  readonly #readings: Readings;
  readonly #changes: Changes;
  #state: AppState;
  #reportedMounts: ReadonlySet<string> = new Set();
  #ended = false;
  #ending = false;
  readonly #painter: Painter;
  #recalled = false;
  #advisedAt = Number.NEGATIVE_INFINITY;
  #list = () => {};
  /** Resolves when the first list has been drawn. */
  readonly listed = new Promise<void>((resolve) => {
    this.#list = resolve;
  });
  #end: (end: DashboardEnd) => void = () => {};

  constructor(parts: DashboardParts) {
    this.#parts = parts;
    this.#state = parts.state;
    const { screen, terminal, suspend } = parts;
    this.#painter = new Painter({
      screen,
      terminal,
      shortest: SHORTEST_FRAME,
      ground: () => groundOf(this.#state.settings.theme, this.#state.ground),
      paint: () => {
        screen.setMouse(this.#state.settings.mouse);
        screen.paint(frame(this.#scene), plot(this.#scene));
      },
      resize: (columns, lines) => this.dispatch({ type: 'resize', columns, lines }),
      suspend,
    });
    this.#painter.start();
    this.#readings = new Readings({
      observer: parts.observer,
      wanted: () => ({
        watch: this.#changes.watch,
        connections: panelOf(this.#state)?.type === 'details' || this.#changes.isTuning,
      }),
      interval: () => {
        const { settings, replay } = this.#state;
        return { delay: settings.delay / (replay?.speed ?? 1), most: this.#changes.longestInterval };
      },
      read: (model) => this.#read(model),
      lost: (error) => parts.lost(error),
      cutOff: (lost) => {
        const cut = this.leave().map(({ text }) => text);
        parts.log.note(Date.now(), lost);
        return cut;
      },
      notice: (level, text) => this.dispatch({ type: 'notice', level, text }),
    });
    this.#changes = new Changes({
      signals: parts.signals,
      log: parts.log,
      tune: parts.tune,
      history: this.#history,
      model: () => this.#readings.model,
      tuning: () => this.#state.tuning,
      dispatch: this.dispatch,
      wake: () => this.#readings.wake(),
    });
  }

  /**
   * Ends all changes that are still running.
   * @returns how each ended
   */
  leave(): readonly Operation[] {
    return this.#changes.leave();
  }

  /** Runs until `end` is called or a key ends it. It can be run again. @throws what the source throws */
  async run(): Promise<DashboardEnd> {
    const ended = new Promise<DashboardEnd>((resolve) => {
      this.#end = resolve;
    });
    this.#ended = false;
    this.#painter.start();
    const { screen } = this.#parts;
    if (!this.fits(screen.columns, screen.lines))
      this.dispatch({ type: 'resize', columns: screen.columns, lines: screen.lines });
    this.repaint();
    try {
      await Promise.race([ended, this.#readings.run()]);
      return await ended;
    } finally {
      this.#finish(0);
    }
  }

  /** Ends the dashboard. A guided run first puts back a trim not yet found good, unless called twice. */
  end(code: number): void {
    // A terminal that goes away is reported in several ways at once.
    const isHurried = this.#ending && code !== LOST_TERMINAL;
    if (!this.#changes.isTuning || isHurried) {
      this.#finish(code);
      return;
    }
    if (this.#ending) return;
    this.#ending = true;
    const stopped = this.#changes.stopTuning();
    this.dispatch({
      type: 'notice',
      level: 'warning',
      text: 'Quits once tune has put its worker back. Quit again to leave at once.',
    });
    this.#readings.wake();
    void stopped.then(() => this.#finish(code));
  }

  #finish(end: DashboardEnd): void {
    this.#ended = true;
    this.#painter.stop();
    this.#readings.end();
    this.#end(end);
  }

  /** The newest reading; null before the first. */
  get model(): Model | null {
    return this.#readings.model;
  }

  readonly dispatch = (action: Action): void => {
    if (this.#ended) return;
    const [state, effects] = update(this.#state, action, this.#history);
    const changed = state !== this.#state;
    this.#state = state;
    if (action.type === 'key') this.#state = clampScroll(this.#scene);
    for (const effect of effects) this.#perform(effect);
    if (changed) this.#painter.paintSoon();
  };

  /** Handles a mouse event at a column and line of the screen. */
  pointed(what: MouseEvent, column: number, line: number): void {
    this.dispatch({ type: 'mouse', what, target: targetAt(this.#scene, column, line) });
  }

  suspend(): void {
    this.#painter.suspend();
    this.#readings.wake();
  }

  /** Whether the screen is laid out for this size. */
  fits(columns: number, lines: number): boolean {
    return this.#state.columns === columns && this.#state.lines === lines;
  }

  /** Draws the whole screen anew, whatever the terminal shows. */
  redraw(): void {
    this.#painter.redraw();
  }

  repaint(): void {
    this.#painter.paint();
  }

  get #scene(): Scene {
    const { observations } = this.#parts;
    return { state: this.#state, history: this.#history, observations, theme: this.#painter.theme };
  }

  /** Takes a reading, and shows it. */
  #read(model: Model): void {
    const { observations, replaying } = this.#parts;
    const isFirst = this.#state.model === null;
    this.#history.record(model);
    observations.record(model);
    this.dispatch({ type: 'model', model });
    if (replaying !== null) this.dispatch({ type: 'replay', position: replaying.position });
    this.#changes.observe(model);
    this.#reportMounts(model);
    if (isFirst) {
      // The first list waits for nothing, not even for advice.
      this.repaint();
      this.#list();
    }
    // A recording can be wound back.
    if (Math.abs(model.uptime - this.#advisedAt) >= ADVICE_EVERY) {
      this.#advisedAt = model.uptime;
      // Advice takes milliseconds: handle pending keys first.
      setImmediate(() => this.dispatch({ type: 'advice', advice: advise(model, this.#history) }));
    }
  }

  /** Reports each mount that does not answer, once, and again if it answers and then stops again. */
  #reportMounts({ silentMounts }: Model): void {
    for (const mount of silentMounts) {
      if (!this.#reportedMounts.has(mount))
        this.dispatch({ type: 'notice', level: 'warning', text: silentMount(mount) });
    }
    this.#reportedMounts = new Set(silentMounts);
  }

  #perform(effect: Effect): void {
    switch (effect.type) {
      case 'scale':
      case 'set':
      case 'fit':
      case 'act':
      case 'undo':
      case 'cancel':
      case 'tune':
      case 'stop-tune':
        this.#changes.perform(effect);
        return;
      case 'recall':
        if (!this.#recalled) this.#parts.log.recall();
        this.#recalled = true;
        return;
      case 'refresh':
        this.#readings.refresh();
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
        this.#readings.wake();
        return;
      case 'quit':
        this.end(effect.code);
        return;
      case 'back':
        this.#finish('back');
        return;
    }
    effect satisfies never;
  }
}
