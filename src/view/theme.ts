import type { Ground } from '../state/settings.ts';
import { ascii as asciiGlyphs, type Glyphs, unicode } from './glyphs.ts';
import type { Style } from './style.ts';

/** Colours of the terminal. Terminals of true colour get the 256, whose upper 240 are the same everywhere. */
export type Colors = 0 | 8 | 16 | 256;

export interface ThemeOptions {
  readonly colors: Colors;
  readonly ascii: boolean;
  readonly ground: Ground;
}

export interface ProjectStyle {
  readonly text: Style;
  /** The style of a block with text in it. */
  readonly bar: Style;
  /** The style of a block drawn with full cells. */
  readonly fill: Style;
}

export interface Theme extends ThemeOptions {
  readonly glyphs: Glyphs;
  /** Whether neighbouring blocks need patterns to be distinct. */
  readonly patterns: boolean;
  readonly title: Style;
  readonly strong: Style;
  readonly faint: Style;
  readonly head: Style;
  /** The column that the table is sorted by. */
  readonly sorted: Style;
  readonly tagged: Style;
  readonly good: Style;
  readonly warning: Style;
  readonly error: Style;
  readonly key: Style;
  readonly system: Style;
  readonly kernel: Style;
  readonly cache: Style;
  readonly free: Style;
  /** A style as it looks in the selected row. */
  selected(style: Style): Style;
  /** The colours of a project by its number. If there are many projects, several share a colour. */
  project(index: number): ProjectStyle;
}

type Palette = Omit<Theme, 'colors' | 'ascii' | 'ground' | 'glyphs' | 'patterns' | 'selected' | 'project'> & {
  readonly projects: readonly ProjectStyle[];
  /** The selected row: a background under all its styles, or one style for all of them. */
  readonly selection: number | Style;
};

/**
 * The styles for what a terminal can show. All text has a contrast of 4.5 or more on the ground that it stands on, and
 * blocks one of 3, by the colours of xterm (WCAG 2.1, 1.4.3 and 1.4.11).
 */
export function makeTheme({ colors, ascii, ground }: ThemeOptions): Theme {
  const { projects, selection, ...styles } = paletteOf(colors, ground);
  const selected = new Map<Style, Style>();
  return {
    ...styles,
    colors,
    ascii,
    ground,
    glyphs: ascii ? asciiGlyphs : unicode,
    // Of few colours several projects have the same.
    patterns: colors !== 256,
    selected: (style) => {
      const known = selected.get(style);
      if (known !== undefined) return known;
      const made = inSelection(style, selection);
      selected.set(style, made);
      return made;
    },
    project: (index) => projects[index % projects.length] ?? { text: bold, bar: inverse, fill: {} },
  };
}

function inSelection(style: Style, selection: number | Style): Style {
  if (typeof selection !== 'number') return style.bold ? { ...selection, bold: true } : selection;
  return style.bg === undefined ? { ...style, bg: selection } : style;
}

const bold: Style = { bold: true };
const inverse: Style = { inverse: true };

function paletteOf(colors: Colors, ground: Ground): Palette {
  if (colors === 0) return colorless;
  return palettes[ground][colors];
}

/**
 * Colours of projects. They differ also for people who do not see red, green or blue (CIE76 distance of at least 15).
 */
const projects256 = {
  dark: [75, 202, 156, 217, 51, 205, 107, 184],
  light: [25, 124, 56, 89, 17, 52, 55, 90],
  unknown: [32, 166, 93, 132, 99, 137, 126, 127],
} as const;

/** The colours for an unknown background on which white is easier to read than black. */
const deep: ReadonlySet<number> = new Set([93, 126, 127]);

function projectOf(color: number, text: number): ProjectStyle {
  return { text: { fg: color, bold: true }, bar: { fg: text, bg: color }, fill: { fg: color } };
}

/** A colour that shows on black and on white. Text in it would not. */
function onAnyGround(color: number, bar: Style = inverse): ProjectStyle {
  return { text: bold, bar, fill: { fg: color } };
}

/** Bold may be shown in the brighter colour, which is too bright for white. */
function thinProjectOf(color: number, text: number): ProjectStyle {
  return { text: { fg: color }, bar: { fg: text, bg: color }, fill: { fg: color } };
}

/** Uses the terminal's own two colours only. */
const colorless: Palette = {
  title: bold,
  strong: bold,
  faint: {},
  head: { underline: true },
  sorted: { underline: true, bold: true },
  tagged: bold,
  good: {},
  warning: bold,
  error: { bold: true, inverse: true },
  key: bold,
  system: {},
  kernel: {},
  cache: {},
  free: {},
  projects: [{ text: bold, bar: {}, fill: {} }],
  selection: inverse,
};

/** For an unknown background. */
const careful: Omit<Palette, 'projects'> = {
  ...colorless,
  head: inverse,
  sorted: { inverse: true, bold: true, underline: true },
};

/** The user may have changed the first 16 colours, so only brightness distinguishes. */
const fewOnDark: Omit<Palette, 'projects'> = {
  ...careful,
  title: { fg: 6, bold: true },
  tagged: { fg: 3, bold: true },
  good: { fg: 2 },
  warning: { fg: 3, bold: true },
  system: { fg: 0, bg: 7 },
};

const fewOnLight: Omit<Palette, 'projects'> = {
  ...careful,
  title: { fg: 4 },
  tagged: { fg: 4 },
  system: { fg: 7, bg: 0 },
};

const palettes: Readonly<Record<Ground, Readonly<Record<Exclude<Colors, 0>, Palette>>>> = {
  dark: {
    8: { ...fewOnDark, projects: [6, 3, 2].map((color) => projectOf(color, 0)) },
    16: { ...fewOnDark, projects: [14, 11, 10, 13, 9, 6, 3, 2].map((color) => projectOf(color, 0)) },
    256: {
      title: { bold: true, fg: 231 },
      strong: bold,
      faint: { fg: 246 },
      head: { fg: 16, bg: 108 },
      sorted: { fg: 16, bg: 108, bold: true, underline: true },
      tagged: { fg: 226, bold: true },
      good: { fg: 114 },
      warning: { fg: 214, bold: true },
      error: { fg: 210, bold: true },
      key: { fg: 231, bold: true },
      system: { fg: 16, bg: 250 },
      kernel: { fg: 255, bg: 241 },
      cache: { fg: 246 },
      free: {},
      projects: projects256.dark.map((color) => projectOf(color, 16)),
      selection: 18,
    },
  },
  light: {
    8: { ...fewOnLight, projects: [4, 1].map((color) => thinProjectOf(color, 7)) },
    16: { ...fewOnLight, projects: [4, 1, 5].map((color) => thinProjectOf(color, 15)) },
    256: {
      title: { bold: true, fg: 16 },
      strong: bold,
      faint: { fg: 240 },
      head: { fg: 231, bg: 24 },
      sorted: { fg: 231, bg: 24, bold: true, underline: true },
      tagged: { fg: 25, bold: true },
      good: { fg: 22 },
      warning: { fg: 58, bold: true },
      error: { fg: 231, bg: 124, bold: true },
      key: { fg: 16, bold: true },
      system: { fg: 231, bg: 240 },
      kernel: { fg: 16, bg: 245 },
      cache: { fg: 240 },
      free: {},
      projects: projects256.light.map((color) => projectOf(color, 231)),
      selection: 189,
    },
  },
  unknown: {
    8: { ...careful, projects: [5, 1].map((color) => onAnyGround(color)) },
    16: { ...careful, projects: [5, 12, 9].map((color) => onAnyGround(color)) },
    256: {
      ...colorless,
      faint: { fg: 243 },
      head: { fg: 231, bg: 24 },
      sorted: { fg: 231, bg: 24, bold: true, underline: true },
      error: { fg: 231, bg: 124, bold: true },
      system: { fg: 16, bg: 245 },
      kernel: { fg: 231, bg: 242 },
      cache: { fg: 243 },
      projects: projects256.unknown.map((color) => onAnyGround(color, { fg: deep.has(color) ? 231 : 16, bg: color })),
      selection: { fg: 231, bg: 25 },
    },
  },
};
