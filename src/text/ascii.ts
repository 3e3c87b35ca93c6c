import { widthOf } from './width.ts';

/** Sentences are written in Unicode; here is what their characters become without it: as wide as they were. */
const replacements: Readonly<Record<string, string>> = {
  '→': '>',
  '▸': '>',
  '▾': 'v',
  '█': '#',
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
