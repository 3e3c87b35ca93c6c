import type { MouseEvent } from '../state/action.ts';
import type { FleetState } from '../state/fleet/fleet-state.ts';
import { type FleetAction, type FleetEffect, updateFleet } from '../state/fleet/fleet-update.ts';
import type { Ground } from '../state/settings.ts';
import { clampFleetScroll, fleetFrame, fleetTargetAt } from '../view/fleet/frame.ts';
import type { Screen } from '../view/screen.ts';
import { makeTheme, type Theme, type ThemeOptions } from '../view/theme.ts';

/** Seconds between two frames, at least. */
const SHORTEST_FRAME = 0.05;

/** Seconds between two updates of waiting times on the screen. */
const TICK = 1;

/** How the list ends: with an exit code, or with a machine to open. */
export type FleetEnd =
  | { readonly type: 'quit'; readonly code: number }
  | { readonly type: 'open'; readonly host: string };

export interface FleetListParts {
  readonly screen: Screen;
  readonly terminal: Pick<ThemeOptions, 'colors' | 'ascii'>;
  readonly state: FleetState;
  /** Whether the mouse is used. */
  readonly mouse: boolean;
  /** Reads a machine now, and connects again if it was lost. */
  refresh(host: string): void;
  /** Stops this process as Ctrl-Z does. Returns after it was continued. */
  suspend(): void;
}

/** The list of machines: updates, paints, and carries out what the state asks for. */
export class FleetList {
  readonly #parts: FleetListParts;
  #state: FleetState;
  #theme: Theme;
  #isShown = false;
  #painting: NodeJS.Timeout | null = null;
  #end: (end: FleetEnd) => void = () => {};

  constructor(parts: FleetListParts) {
    this.#parts = parts;
    this.#state = parts.state;
    this.#theme = makeTheme({ ...parts.terminal, ground: groundOf(parts.state) });
  }

  /** Shows the list until a key ends it. It can be run again. */
  async run(): Promise<FleetEnd> {
    const { screen, mouse } = this.#parts;
    const ended = new Promise<FleetEnd>((resolve) => {
      this.#end = resolve;
    });
    this.#isShown = true;
    screen.setMouse(mouse);
    this.dispatch({ type: 'resize', columns: screen.columns, lines: screen.lines });
    this.repaint();
    const clock = setInterval(() => this.#tick(), TICK * 1000);
    try {
      return await ended;
    } finally {
      clearInterval(clock);
      this.#isShown = false;
      if (this.#painting !== null) clearTimeout(this.#painting);
      this.#painting = null;
    }
  }

  end(code: number): void {
    this.#end({ type: 'quit', code });
  }

  /** Updates the state, also while the list is hidden; paints only if it is shown. */
  readonly dispatch = (action: FleetAction): void => {
    const [state, effects] = updateFleet(this.#state, action);
    const isNew = state !== this.#state;
    this.#state = action.type === 'key' ? clampFleetScroll({ state, theme: this.#theme }) : state;
    for (const effect of effects) this.#perform(effect);
    if (isNew && this.#isShown) this.#painting ??= setTimeout(() => this.repaint(), SHORTEST_FRAME * 1000);
  };

  pointed(what: MouseEvent, column: number, line: number): void {
    this.dispatch({ type: 'mouse', what, target: fleetTargetAt(this.#state, column, line) });
  }

  fits(columns: number, lines: number): boolean {
    return this.#state.columns === columns && this.#state.lines === lines;
  }

  redraw(): void {
    this.#parts.screen.redraw();
    this.repaint();
  }

  repaint(): void {
    if (this.#painting !== null) clearTimeout(this.#painting);
    this.#painting = null;
    if (!this.#isShown) return;
    const ground = groundOf(this.#state);
    if (this.#theme.ground !== ground) this.#theme = makeTheme({ ...this.#parts.terminal, ground });
    this.#parts.screen.paint(fleetFrame({ state: this.#state, theme: this.#theme }));
  }

  suspend(): void {
    const { screen, suspend } = this.#parts;
    screen.suspend();
    suspend();
    screen.resume();
    this.dispatch({ type: 'resize', columns: screen.columns, lines: screen.lines });
    this.repaint();
  }

  /** Updates the clock while a waiting time is on the screen. */
  #tick(): void {
    const isWaiting = this.#state.machines.some(
      ({ state }) => state.type === 'connecting' || (state.type === 'connected' && state.late !== null),
    );
    if (isWaiting) this.dispatch({ type: 'now', now: Date.now() });
  }

  #perform(effect: FleetEffect): void {
    switch (effect.type) {
      case 'open':
        this.#end(effect);
        return;
      case 'refresh':
        this.#parts.refresh(effect.host);
        return;
      case 'redraw':
        this.redraw();
        return;
      case 'suspend':
        this.suspend();
        return;
      case 'quit':
        this.end(effect.code);
        return;
    }
    effect satisfies never;
  }
}

function groundOf({ theme, ground }: FleetState): Ground {
  return theme === 'auto' ? ground : theme;
}
