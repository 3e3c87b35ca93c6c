/** Everything drawn that is not text, in Unicode or in ASCII. */
export interface Glyphs {
  readonly open: string;
  readonly closed: string;
  /** Marks text that was cut. */
  readonly ellipsis: string;
  /** Marks a change that is not finished yet. */
  readonly pending: string;
  readonly rule: string;
  readonly arrow: string;
  readonly about: string;
  readonly warning: string;
  readonly tag: string;
  readonly cursor: string;
  /** Corners and sides of a frame: top left, top right, bottom left, bottom right, horizontal, vertical. */
  readonly frame: readonly [string, string, string, string, string, string];
  /** A full cell, and parts of one in eighths from the least. */
  readonly full: string;
  readonly eighths: readonly string[];
  /** Levels of a sparkline, from the lowest. */
  readonly levels: readonly string[];
  readonly cache: string;
  /** Between blocks side by side. */
  readonly border: string;
  /** The parts of the scrollbar: where the view is, and the rest. */
  readonly thumb: string;
  readonly track: string;
  /** In the head of the column that the table is sorted by. */
  readonly descending: string;
  readonly ascending: string;
  /** A dashed line for a limit. */
  readonly limit: string;
  /** Ticks of the axes of a chart: left, bottom, corner. */
  readonly axis: readonly [string, string, string];
  /** Patterns that distinguish blocks without colours. */
  readonly patterns: readonly string[];
}

export const unicode: Glyphs = {
  open: '▾',
  closed: '▸',
  ellipsis: '…',
  pending: '…',
  rule: '─',
  arrow: '→',
  about: '≈',
  // The sign for it (U+26A0) is missing in the fonts of xterm and of the console.
  warning: '!',
  tag: '●',
  cursor: '█',
  frame: ['┌', '┐', '└', '┘', '─', '│'],
  full: '█',
  eighths: ['▏', '▎', '▍', '▌', '▋', '▊', '▉'],
  levels: ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'],
  cache: '░',
  border: '│',
  thumb: '█',
  track: '░',
  descending: '▾',
  ascending: '▴',
  limit: '╌',
  axis: ['┤', '┴', '└'],
  patterns: ['█', '▓', '▒', '▚', '▞', '▤', '▥', '▩'],
};

export const ascii: Glyphs = {
  open: 'v',
  closed: '>',
  // As in less and nano. `~` already marks an estimate.
  ellipsis: '$',
  pending: '.',
  rule: '-',
  arrow: '->',
  about: '~',
  warning: '!',
  tag: '*',
  cursor: '_',
  frame: ['+', '+', '+', '+', '-', '|'],
  full: '#',
  eighths: [],
  levels: ['_', '.', '-', '=', '+', '*', '#'],
  cache: ':',
  border: '|',
  thumb: '#',
  track: ':',
  descending: 'v',
  ascending: '^',
  limit: '-',
  axis: ['+', '+', '+'],
  patterns: ['#', '=', '+', '%', 'o', 'x', '*', '@'],
};

/** Replaces the arrow in a text by one that can be drawn. In ASCII a lone > would read as greater than. */
export function arrowed(text: string, { arrow }: Glyphs): string {
  return text.replaceAll(unicode.arrow, arrow);
}
