import { cut, fill, width } from '../text/width.ts';

/** One column of a table that is printed once. */
export interface TextColumn {
  readonly title: string;
  readonly align: 'left' | 'right';
  /** Which columns to drop if the line is too narrow: the lowest number first. Null: never. */
  readonly goes: number | null;
  /** Its cells are cut to this number of columns. Left out if their width has a limit of its own. */
  readonly most?: number;
}

/** Other columns are dropped until the name has at least this number of columns. */
const LEAST_NAME = 28;
const MOST_NAME = 60;

/**
 * Lays out rows under their titles, each column as wide as its widest cell. The first column is the name, which is cut
 * to fit.
 * @param room width of a line in columns; null for no limit
 */
export function tabular(
  columns: readonly TextColumn[],
  rows: readonly (readonly string[])[],
  room: number | null,
): readonly string[] {
  const all = [columns.map(({ title }) => title), ...rows];
  const widths = columns.map(({ most }, index) =>
    Math.min(most ?? Number.POSITIVE_INFINITY, Math.max(...all.map((row) => width(row[index] ?? '')))),
  );
  const [widest = 0] = widths;
  let kept = columns.map((_, index) => index);
  const used = (gap: number) => kept.slice(1).reduce((sum, index) => sum + gap + (widths[index] ?? 0), 0);
  const leaving = kept.filter((index) => columns[index]?.goes != null);
  leaving.sort((a, b) => (columns[a]?.goes ?? 0) - (columns[b]?.goes ?? 0));
  const least = Math.min(widest, LEAST_NAME);
  for (const index of leaving) {
    if (room === null || used(1) + least <= room) break;
    kept = kept.filter((other) => other !== index);
  }
  const gap = room === null || used(2) + least <= room ? 2 : 1;
  const name = Math.max(1, Math.min(widest, MOST_NAME, room === null ? MOST_NAME : room - used(gap)));
  return all.map((row) =>
    kept
      .map((index) => {
        const text = row[index] ?? '';
        if (index === 0) return fill(cut(text, name), name);
        const most = widths[index] ?? 0;
        return fill(cut(text, most), most, columns[index]?.align);
      })
      .join(' '.repeat(gap)),
  );
}
