import { Painter } from '../painter.ts';
import type { MouseEvent } from '../state/action.ts';
import type { FleetState } from '../state/fleet/fleet-state.ts';
import { type FleetAction, type FleetEffect, updateFleet } from '../state/fleet/fleet-update.ts';
import { groundOf } from '../state/settings.ts';
import { clampFleetScroll, fleetFrame, fleetTargetAt } from '../view/fleet/frame.ts';
import type { Screen } from '../view/screen.ts';
import type { ThemeOptions } from '../view/theme.ts';

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
  readonly #painter: Painter;
  #end: (end: FleetEnd) => void = () => {};

  constructor(parts: FleetListParts) {
    this.#parts = parts;
    this.#state = parts.state;
    const { screen, terminal, suspend } = parts;
    this.#painter = new Painter({
      screen,
      terminal,
      shortest: SHORTEST_FRAME,
      ground: () => groundOf(this.#state.theme, this.#state.ground),
      paint: (theme) => screen.paint(fleetFrame({ state: this.#state, theme })),
      resize: (columns, lines) => this.dispatch({ type: 'resize', columns, lines }),
      suspend,
    });
  }

  /** Shows the list until a key ends it. It can be run again. */
  async run(): Promise<FleetEnd> {
    const { screen, mouse } = this.#parts;
    const ended = new Promise<FleetEnd>((resolve) => {
      this.#end = resolve;
    });
    this.#painter.start();
    screen.setMouse(mouse);
    this.dispatch({ type: 'resize', columns: screen.columns, lines: screen.lines });
    this.repaint();
    const clock = setInterval(() => this.#tick(), TICK * 1000);
    try {
      return await ended;
    } finally {
      clearInterval(clock);
      this.#painter.stop();
    }
  }

  end(code: number): void {
    this.#end({ type: 'quit', code });
  }

  /** Updates the state, also while the list is hidden; paints only if it is shown. */
  readonly dispatch = (action: FleetAction): void => {
    const [state, effects] = updateFleet(this.#state, action);
    const isNew = state !== this.#state;
    this.#state = action.type === 'key' ? clampFleetScroll({ state, theme: this.#painter.theme }) : state;
    for (const effect of effects) this.#perform(effect);
    if (isNew) this.#painter.paintSoon();
  };

  pointed(what: MouseEvent, column: number, line: number): void {
    this.dispatch({ type: 'mouse', what, target: fleetTargetAt(this.#state, column, line) });
  }

  fits(columns: number, lines: number): boolean {
    return this.#state.columns === columns && this.#state.lines === lines;
  }

  redraw(): void {
    this.#painter.redraw();
  }

  repaint(): void {
    this.#painter.paint();
  }

  suspend(): void {
    this.#painter.suspend();
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
