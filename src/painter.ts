import type { Ground } from './state/settings.ts';
import type { Screen } from './view/screen.ts';
import { makeTheme, type Theme, type ThemeOptions } from './view/theme.ts';

export interface PainterParts {
  readonly screen: Pick<Screen, 'redraw' | 'suspend' | 'resume' | 'columns' | 'lines'>;
  readonly terminal: Pick<ThemeOptions, 'colors' | 'ascii'>;
  /** Shortest time between two frames, in seconds. */
  readonly shortest: number;
  /** The background to paint for. */
  ground(): Ground;
  /** Puts a frame on the screen. */
  paint(theme: Theme): void;
  /** Takes the size of the screen after a suspension. */
  resize(columns: number, lines: number): void;
  /** Stops this process as Ctrl-Z does. Returns after it was continued. */
  suspend(): void;
}

/** Decides when frames are painted: soon after a change, now, or not at all while something else has the screen. */
export class Painter {
  readonly #parts: PainterParts;
  #theme: Theme;
  #timer: NodeJS.Timeout | null = null;
  #isOn = false;

  constructor(parts: PainterParts) {
    this.#parts = parts;
    this.#theme = makeTheme({ ...parts.terminal, ground: parts.ground() });
  }

  /** The theme of the latest frame. */
  get theme(): Theme {
    return this.#theme;
  }

  /** Paints until `stop` is called. */
  start(): void {
    this.#isOn = true;
  }

  /** Paints no more until `start` is called. */
  stop(): void {
    this.#isOn = false;
    this.#clear();
  }

  /** Paints once the shortest time between two frames has passed. */
  paintSoon(): void {
    if (this.#isOn) this.#timer ??= setTimeout(() => this.paint(), this.#parts.shortest * 1000);
  }

  /** Paints now. */
  paint(): void {
    this.#clear();
    if (!this.#isOn) return;
    const { terminal } = this.#parts;
    const ground = this.#parts.ground();
    if (this.#theme.ground !== ground) this.#theme = makeTheme({ ...terminal, ground });
    this.#parts.paint(this.#theme);
  }

  /** Paints the whole screen anew, whatever the terminal shows. */
  redraw(): void {
    this.#parts.screen.redraw();
    this.paint();
  }

  /** Gives the terminal back, stops this process as Ctrl-Z does, and paints again once it was continued. */
  suspend(): void {
    const { screen } = this.#parts;
    screen.suspend();
    this.#parts.suspend();
    screen.resume();
    this.#parts.resize(screen.columns, screen.lines);
    this.paint();
  }

  #clear(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}
