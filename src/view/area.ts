import type { Glyphs } from './glyphs.ts';
import { type Line, plain, type Span, type Style, span } from './style.ts';
import type { Theme } from './theme.ts';

/** One layer of a stack. */
export interface Band {
  readonly name: string;
  /** The style of its full cells. */
  readonly fill: Style;
  /** Used instead if colours do not distinguish layers. */
  readonly pattern: string;
  /** For each column from left to right; null if unknown. */
  readonly values: readonly (number | null)[];
}

export interface Area {
  /** The lowest first. */
  readonly bands: readonly Band[];
  readonly columns: number;
  readonly lines: number;
  /** The value at the top. */
  readonly most: number;
  /** The column shown in reverse; null for none. */
  readonly cursor: number | null;
}

/** No layer: above the stack, or unknown. */
const EMPTY = -1;

/**
 * Draws a stack of layers in cells, in eighths of a cell if the terminal has glyphs for them. A value holds until the
 * next one.
 */
export function stackedArea({ bands, columns, lines, most, cursor }: Area, theme: Theme): readonly Line[] {
  const parts = partsOf(theme);
  const tops = Array.from({ length: columns }, (_, column) => topsOf(bands, column, (lines * parts) / most));
  return Array.from({ length: lines }, (_, line): Line => {
    const spans: Span[] = [];
    for (let column = 0; column < columns; column++) {
      const cell = cellOf(tops[column] ?? [], (lines - 1 - line) * parts, parts, bands, theme);
      spans.push(column === cursor ? span(cell.text === ' ' ? theme.glyphs.frame[5] : cell.text, theme.head) : cell);
    }
    return joined(spans);
  });
}

function partsOf({ glyphs, patterns }: Theme): number {
  return patterns || glyphs.eighths.length === 0 ? 1 : glyphs.levels.length;
}

/** Where each layer ends above the ground, in parts of cells. */
function topsOf(bands: readonly Band[], column: number, scale: number): readonly number[] {
  let sum = 0;
  return bands.map(({ values }) => {
    sum += values[column] ?? 0;
    return Math.round(sum * scale);
  });
}

/**
 * The glyph and colours of a cell that several layers reach into: the lowest layer from below, and above it the layer
 * with the largest part of the rest.
 */
function cellOf(tops: readonly number[], from: number, parts: number, bands: readonly Band[], theme: Theme): Span {
  const lowest = layerAt(tops, from);
  // Most cells have one layer: then its top is all that matters.
  const end = lowest === EMPTY ? from + parts : (tops[lowest] ?? 0);
  if (end >= from + parts) return full(lowest, bands, theme);
  const height = end - from;
  const layers = Array.from({ length: parts }, (_, part) => layerAt(tops, from + part));
  const upper = mostFrequent(layers.slice(height));
  return mixed(lowest, upper, height, bands, theme.glyphs);
}

function layerAt(tops: readonly number[], height: number): number {
  for (let layer = 0; layer < tops.length; layer++) if ((tops[layer] ?? 0) > height) return layer;
  return EMPTY;
}

function full(layer: number, bands: readonly Band[], theme: Theme): Span {
  const band = bands[layer];
  if (band === undefined) return span(' ');
  const isPattern = theme.patterns || theme.glyphs.eighths.length === 0;
  return span(isPattern ? band.pattern : theme.glyphs.full, band.fill);
}

function mixed(lowest: number, upper: number, height: number, bands: readonly Band[], glyphs: Glyphs): Span {
  const below = bands[lowest]?.fill ?? plain;
  const above = bands[upper]?.fill ?? plain;
  return span(glyphs.levels[height - 1] ?? ' ', styleOf(below, above));
}

const styles = new Map<string, Style>();

/** The same object for the same colours: the screen remembers what it made of each style. */
function styleOf({ fg: below }: Style, { fg: above }: Style): Style {
  const key = `${below},${above}`;
  let style = styles.get(key);
  if (style === undefined) {
    style = { ...(below === undefined ? {} : { fg: below }), ...(above === undefined ? {} : { bg: above }) };
    styles.set(key, style);
  }
  return style;
}

function mostFrequent(layers: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const layer of layers) counts.set(layer, (counts.get(layer) ?? 0) + 1);
  let best = layers[0] ?? EMPTY;
  for (const [layer, count] of counts) if (count > (counts.get(best) ?? 0)) best = layer;
  return best;
}

function joined(spans: readonly Span[]): Line {
  const line: { text: string; style: Style }[] = [];
  for (const { text, style } of spans) {
    const last = line.at(-1);
    if (last?.style === style) last.text += text;
    else line.push({ text, style });
  }
  return line;
}
