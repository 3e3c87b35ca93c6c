import { eastAsianWidth } from 'get-east-asian-width';

const plainAscii = /^[\x20-\x7e]*$/;

/** Number of terminal columns that sanitised text takes. */
export function width(text: string): number {
  if (plainAscii.test(text)) return text.length;
  let columns = 0;
  for (const character of text) columns += widthOf(character);
  return columns;
}

/** Widths that have been looked up, by code point of the basic plane; 0 for those that have not. */
const known = new Uint8Array(0x10000);

/** Number of columns of one character: 1 or 2. */
export function widthOf(character: string): number {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x1100) return 1;
  const columns = known[code] || eastAsianWidth(code);
  // A write beyond the end of the array does nothing.
  known[code] = columns;
  return columns;
}

/** Cuts text to a number of columns. `mark` replaces the end of text that was cut. */
export function cut(text: string, columns: number, mark = '…'): string {
  if (width(text) <= columns) return text;
  if (columns <= 0) return '';
  const room = columns - width(mark);
  let kept = '';
  let used = 0;
  for (const character of text) {
    const more = widthOf(character);
    if (used + more > room) break;
    kept += character;
    used += more;
  }
  return kept + mark;
}

/**
 * Cuts the name of a project. Of a name that is a path, such as `staging/shop/blog`, the last part stays, and both ends of
 * the first, which tells it from others: `sta…ing/…/blog`.
 */
export function cutName(name: string, columns: number, mark = '…'): string {
  const [first = '', ...rest] = name.split('/');
  const last = rest.at(-1);
  if (width(name) <= columns || last === undefined) return cut(name, columns, mark);
  const end = rest.length > 1 ? `/${mark}/${last}` : `/${last}`;
  const room = columns - width(end);
  if (room >= FEWEST) return cutMiddle(first, room, mark) + end;
  return cut(width(last) + width(mark) <= columns ? `${mark}${last}` : last, columns, mark);
}

/** Fewest columns of the first part of a name that is worth showing. */
const FEWEST = 5;

/** Cuts the middle out. */
function cutMiddle(text: string, columns: number, mark: string): string {
  if (width(text) <= columns) return text;
  const room = columns - width(mark);
  const reversed = [...text].toReversed().join('');
  const end = [...cut(reversed, Math.floor(room / 2), '')].toReversed().join('');
  return cut(text, room - width(end), '') + mark + end;
}

/** Cuts or pads text to exactly this number of columns. */
export function fill(text: string, columns: number, align: 'left' | 'right' = 'left', mark = '…'): string {
  const fitting = cut(text, columns, mark);
  const blanks = ' '.repeat(Math.max(0, columns - width(fitting)));
  return align === 'left' ? fitting + blanks : blanks + fitting;
}

/** Breaks text into lines of at most this number of columns, between words if possible. */
export function wrap(text: string, columns: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  // Keep a number and its % sign on one line.
  for (const word of text.split(/ (?!%)/)) {
    const joined = line === '' ? word : `${line} ${word}`;
    if (width(joined) <= columns) {
      line = joined;
      continue;
    }
    if (line !== '') lines.push(line);
    line = word;
    while (width(line) > columns) {
      const head = cut(line, columns, '');
      const part = head === '' ? ([...line][0] ?? '') : head;
      lines.push(part);
      line = line.slice(part.length);
    }
  }
  if (line !== '' || lines.length === 0) lines.push(line);
  return lines;
}
