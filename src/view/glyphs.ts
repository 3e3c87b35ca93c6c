import { widthOf } from '../text/width.ts';

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

/** Sentences are written in Unicode; here is what their characters become without it: as wide as they were. */
const replacements: Readonly<Record<string, string>> = {
  '→': '>',
  '⚠': '!',
  '←': '<',
  '↑': '^',
  '↓': 'v',
  '≈': '~',
  '…': '.',
  '·': '.',
  '×': 'x',
  '−': '-',
  '–': '-',
  '“': '"',
  '”': '"',
  '’': "'",
};

/** Text without anything beyond ASCII, in as many columns. */
export function toAscii(text: string): string {
  return text.replace(/[^\x20-\x7e]/gu, (character) => replacements[character] ?? '?'.repeat(widthOf(character)));
}
