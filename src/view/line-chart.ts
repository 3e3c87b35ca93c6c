import type { Widgets } from 'blessed';
import type { Chart } from './panels/charts.ts';

/** What is used of blessed-contrib's line chart. */
interface LineWidget {
  hidden: boolean;
  setData(
    data: readonly {
      readonly x: readonly string[];
      readonly y: readonly number[];
      readonly style: { readonly line: number };
    }[],
  ): void;
  render(): void;
  detach(): void;
}

interface Contrib {
  line(options: Readonly<Record<string, unknown>>): LineWidget;
}

/** Lines that it leaves empty below its axis: what shall stand there is to be drawn after it. */
export const EMPTY_BELOW = 3;

/** blessed-contrib's line chart over a part of the screen. It is loaded when first drawn: it takes 100 ms and 20 MB. */
export class LineChart {
  readonly #screen: Widgets.Screen;
  readonly #loaded: () => void;
  #contrib: Contrib | null = null;
  #loading = false;
  #widget: LineWidget | null = null;
  #size = '';

  /** @param loaded called once there is something to draw with */
  constructor(screen: Widgets.Screen, loaded: () => void) {
    this.#screen = screen;
    this.#loaded = loaded;
  }

  /** Draws into blessed's cells, to be sent with all others. */
  draw(chart: Chart): void {
    if (this.#contrib === null) {
      void this.#load();
      return;
    }
    const size = `${chart.left},${chart.top},${chart.width}x${chart.height}`;
    // Its canvas has the size it had when it was attached, and its top that of when it was made.
    if (this.#widget === null || size !== this.#size || this.#most(chart) !== this.#top) this.#make(chart, size);
    const widget = this.#widget;
    if (widget === null) return;
    widget.hidden = false;
    widget.setData(chart.series.map(({ color, values }) => ({ x: chart.labels, y: values, style: { line: color } })));
    widget.render();
  }

  hide(): void {
    if (this.#widget !== null) this.#widget.hidden = true;
  }

  #top = 0;

  /** Steps of the scale, so that it does not change with each reading. */
  #most({ most }: Chart): number {
    const step = 10 ** Math.floor(Math.log10(most));
    return Math.ceil((most / step) * 2) * (step / 2);
  }

  #make(chart: Chart, size: string): void {
    this.#widget?.detach();
    this.#size = size;
    this.#top = this.#most(chart);
    const { left, top, width } = chart;
    const height = chart.height + EMPTY_BELOW;
    // Attached only once it is made: that is when it makes its canvas.
    const widget = this.#contrib?.line({
      left,
      top,
      width,
      height,
      maxY: this.#top,
      wholeNumbersOnly: true,
      showLegend: false,
      xLabelPadding: 3,
      xPadding: 8,
      style: { text: 'white', baseline: 'white' },
    });
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
