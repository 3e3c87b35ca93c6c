import { fill, width, widthOf } from '../text/width.ts';
import { type Line, type Span, span } from './style.ts';

/** Columns that a line takes. */
export function lineWidth(line: Line): number {
  return line.reduce((sum, { text }) => sum + width(text), 0);
}

/** Fits a line into a number of columns and marks a cut. */
export function fitLine(line: Line, columns: number, mark: string): readonly Span[] {
  const spans: Span[] = [];
  let left = columns;
  for (const { text, style } of line) {
    if (left <= 0) break;
    const fitting = width(text) <= left ? text : fill(text, left, 'left', mark);
    spans.push(span(fitting, style));
    left -= width(fitting);
  }
  return left > 0 ? [...spans, span(' '.repeat(left))] : spans;
}

/** The part of a line between two columns, padded with blanks. */
export function sliceLine(line: Line, from: number, to: number): readonly Span[] {
  const spans: Span[] = [];
  let column = 0;
  for (const { text, style } of line) {
    let kept = '';
    for (const character of text) {
      const size = widthOf(character);
      if (column >= from && column + size <= to) kept += character;
      // Half of a wide character becomes a blank.
      else if (column + size > from && column < to) kept += ' ';
      column += size;
    }
    if (kept !== '') spans.push(span(kept, style));
  }
  const missing = to - Math.max(from, column);
  return missing > 0 ? [...spans, span(' '.repeat(missing))] : spans;
}

/** Lines with a box over them, its upper left corner at a column and a line. */
export function overlaid(
  lines: readonly Line[],
  box: readonly Line[],
  left: number,
  top: number,
  columns: number,
): readonly Line[] {
  return lines.map((line, y) => {
    const over = box[y - top];
    if (over === undefined) return line;
    const right = left + lineWidth(over);
    return [...sliceLine(line, 0, left), ...over, ...sliceLine(line, right, columns)];
  });
}
