/** Everything drawn that is not text: in Unicode, or in ASCII for locales and terminals without it. */
export interface Glyphs {
  readonly open: string;
  readonly closed: string;
  readonly ellipsis: string;
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
}

export const unicode: Glyphs = {
  open: '▾',
  closed: '▸',
  ellipsis: '…',
  rule: '─',
  arrow: '→',
  about: '≈',
  warning: '⚠',
  tag: '●',
  cursor: '█',
  frame: ['┌', '┐', '└', '┘', '─', '│'],
  full: '█',
  eighths: ['▏', '▎', '▍', '▌', '▋', '▊', '▉'],
  levels: ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'],
  cache: '░',
};

export const ascii: Glyphs = {
  open: 'v',
  closed: '>',
  ellipsis: '~',
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
};
