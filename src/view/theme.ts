import { ascii as asciiGlyphs, type Glyphs, unicode } from './glyphs.ts';
import type { Style } from './style.ts';

/** Colours of the terminal: none, the 16 that all have, or 256. */
export type Colors = 0 | 16 | 256;

export interface Theme {
  readonly colors: Colors;
  readonly ascii: boolean;
  readonly glyphs: Glyphs;
  readonly title: Style;
  readonly strong: Style;
  readonly faint: Style;
  readonly head: Style;
  readonly selected: Style;
  readonly tagged: Style;
  readonly good: Style;
  readonly warning: Style;
  readonly error: Style;
  readonly key: Style;
  readonly footer: Style;
  readonly worker: Style;
  readonly system: Style;
  readonly kernel: Style;
  readonly cache: Style;
  readonly free: Style;
  /** The colours of projects, in their order; one colour serves several when there are many. */
  project(index: number): { readonly text: Style; readonly bar: Style };
}

/** Distinct on dark and on light ground, and for most of those who see fewer colours. */
const palette256 = [39, 208, 77, 170, 220, 80, 203, 141, 150, 173] as const;
const palette16 = [12, 11, 10, 13, 14, 9] as const;

export function makeTheme(colors: Colors, ascii: boolean): Theme {
  const glyphs = ascii ? asciiGlyphs : unicode;
  const common = { colors, ascii, glyphs };
  if (colors === 0) return { ...common, ...colorless };
  const rich = colors === 256;
  const palette = rich ? palette256 : palette16;
  const black = rich ? 16 : 0;
  const grey = rich ? 244 : 8;
  return {
    ...common,
    title: { bold: true, fg: rich ? 75 : 14 },
    strong: { bold: true },
    faint: { fg: grey },
    head: { fg: black, bg: rich ? 108 : 2 },
    selected: { fg: black, bg: rich ? 45 : 6 },
    tagged: { fg: rich ? 226 : 11, bold: true },
    good: { fg: rich ? 77 : 10 },
    warning: { fg: rich ? 214 : 11, bold: true },
    error: { fg: rich ? 203 : 9, bold: true },
    key: { fg: rich ? 252 : 7, bold: true },
    footer: { fg: black, bg: rich ? 73 : 6 },
    worker: {},
    system: { fg: black, bg: rich ? 246 : 7 },
    kernel: { fg: rich ? 255 : 15, bg: rich ? 240 : 8 },
    cache: { fg: grey },
    free: {},
    project: (index) => {
      const color = palette[index % palette.length] ?? 7;
      return { text: { fg: color, bold: true }, bar: { fg: black, bg: color } };
    },
  };
}

const colorless = {
  title: { bold: true },
  strong: { bold: true },
  faint: {},
  head: { underline: true },
  selected: { inverse: true },
  tagged: { bold: true },
  good: {},
  warning: { bold: true },
  error: { bold: true },
  key: { bold: true },
  footer: {},
  worker: {},
  system: {},
  kernel: {},
  cache: {},
  free: {},
  project: () => ({ text: { bold: true }, bar: {} }),
} as const;
