import type { Widgets } from 'blessed';
import type { Plot } from './plot.ts';

/** The parts of blessed-contrib's canvas that are used. */
interface CanvasWidget {
  hidden: boolean;
  ctx: {
    strokeStyle: number;
    beginPath(): void;
    moveTo(x: number, y: number): void;
    lineTo(x: number, y: number): void;
    stroke(): void;
    clearRect(x: number, y: number, width: number, height: number): void;
  };
  render(): void;
  destroy(): void;
}

interface Contrib {
  canvas(options: Readonly<Record<string, unknown>>): CanvasWidget;
}

/** Columns that the canvas leaves empty at its right edge. It is made wider by as many. */
const MARGIN = 6;

/** blessed-contrib's canvas of Braille dots over a part of the screen. It is loaded when first drawn. */
export class BrailleCanvas {
  readonly #screen: Widgets.Screen;
  readonly #loaded: () => void;
  #contrib: Contrib | null = null;
  #loading = false;
  #widget: CanvasWidget | null = null;
  #size = '';

  /** @param loaded called once there is something to draw with */
  constructor(screen: Widgets.Screen, loaded: () => void) {
    this.#screen = screen;
    this.#loaded = loaded;
  }

  /** Draws into blessed's cells, before the lines are written around it. @returns whether it was drawn */
  draw(plot: Plot): boolean {
    if (this.#contrib === null) {
      void this.#load();
      return false;
    }
    const size = `${plot.left},${plot.top},${plot.columns}x${plot.lines}`;
    // A canvas has the size that it had when it was attached.
    if (this.#widget === null || size !== this.#size) this.#make(plot, size);
    const widget = this.#widget;
    if (widget === null) return false;
    widget.hidden = false;
    const [width, height] = [plot.columns * 2, plot.lines * 4];
    widget.ctx.clearRect(0, 0, width, height);
    widget.ctx.strokeStyle = plot.color;
    this.#stroke(widget, plot, height - 1);
    widget.render();
    return true;
  }

  hide(): void {
    if (this.#widget !== null) this.#widget.hidden = true;
  }

  /** Draws in steps: a value holds until the next one, since nothing between them was seen. */
  #stroke({ ctx }: CanvasWidget, { levels }: Plot, bottom: number): void {
    let before: number | null = null;
    ctx.beginPath();
    levels.forEach((level, x) => {
      if (level !== null) {
        const y = Math.round((1 - Math.min(1, level)) * bottom);
        if (before === null) ctx.moveTo(x, y);
        else ctx.lineTo(x, before);
        ctx.lineTo(x, y);
        before = y;
      } else before = null;
    });
    ctx.stroke();
  }

  #make({ left, top, columns, lines }: Plot, size: string): void {
    this.#widget?.destroy();
    this.#size = size;
    const widget = this.#contrib?.canvas({ left, top, width: columns + MARGIN, height: lines });
    if (widget === undefined) return;
    this.#screen.append(widget as unknown as Widgets.BlessedElement);
    this.#widget = widget;
  }

  async #load(): Promise<void> {
    if (this.#loading) return;
    this.#loading = true;
    const contrib: { default: unknown } = await import('blessed-contrib');
    this.#contrib = contrib.default as Contrib;
    this.#loaded();
  }
}
