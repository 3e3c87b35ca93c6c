import { widthOf } from './width.ts';

/** ASCII replacements for the characters that workertop writes, each of the same width. */
const replacements: Readonly<Record<string, string>> = {
  '→': '>',
  '▸': '>',
  '▾': 'v',
  '█': '#',
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

/** Replaces everything beyond ASCII, in the same number of columns. */
export function toAscii(text: string): string {
  return text.replace(/[^\x20-\x7e]/gu, (character) => replacements[character] ?? '?'.repeat(widthOf(character)));
}
