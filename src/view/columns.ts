import type { HideableColumn } from '../state/columns.ts';

/** The table's columns. */
export type ColumnName = 'name' | HideableColumn;

export interface Column {
  readonly name: ColumnName;
  readonly title: string;
  readonly width: number;
  readonly align: 'left' | 'right';
}

interface Wish extends Column {
  /** 1 is the last to be left out. The name never is. */
  readonly rank: number;
  /** Its largest width. */
  readonly most: number;
}

/** Every column, from left to right, with its rank when room is short. */
const wishes: readonly Wish[] = [
  { name: 'name', title: 'PROJECT / PROCESS', width: 24, most: 60, align: 'left', rank: 0 },
  { name: 'virtualenv', title: 'VIRTUALENV', width: 10, most: 16, align: 'left', rank: 9 },
  { name: 'workers', title: 'WORKERS', width: 8, most: 8, align: 'right', rank: 2 },
  { name: 'mem', title: 'MEM', width: 6, most: 6, align: 'right', rank: 1 },
  { name: 'bar', title: 'OF USED', width: 8, most: 20, align: 'left', rank: 5 },
  { name: 'share', title: '', width: 5, most: 5, align: 'right', rank: 4 },
  { name: 'frees', title: 'FREES', width: 6, most: 6, align: 'right', rank: 3 },
  { name: 'swap', title: 'SWAP', width: 5, most: 5, align: 'right', rank: 10 },
  { name: 'cpu', title: 'CPU%', width: 5, most: 5, align: 'right', rank: 6 },
  { name: 'queue', title: 'QUEUE', width: 6, most: 6, align: 'right', rank: 7 },
  { name: 'trend', title: 'LAST HOUR', width: 12, most: 24, align: 'left', rank: 8 },
];

/** Columns that can be left out. */
export const hideable: readonly HideableColumn[] = wishes.flatMap(({ name }) => (name === 'name' ? [] : [name]));

/** A blank between columns. */
const GAP = 1;

export interface ColumnWishes {
  readonly accounting: 'pss' | 'rss';
  /** Longest name of a virtualenv. */
  readonly virtualenv: number;
  /** Longest name with its indent. */
  readonly name: number;
  readonly hidden: ReadonlySet<string>;
  readonly swap: boolean;
}

/** The columns that fit, as wide as there is room for. */
export function layoutColumns(total: number, options: ColumnWishes): readonly Column[] {
  const wanted = wishes
    .filter(({ name }) => !options.hidden.has(name) && (name !== 'swap' || options.swap))
    .map((wish) => withOptions(wish, options));
  const fitting: Wish[] = [];
  let used = -GAP;
  for (const wish of wanted.toSorted((a, b) => a.rank - b.rank)) {
    if (used + GAP + wish.width > total) continue;
    fitting.push(wish);
    used += GAP + wish.width;
  }
  const widths = grow(fitting, total - used, options);
  return wanted.flatMap((wish) => {
    const width = widths.get(wish.name);
    return width === undefined ? [] : [{ name: wish.name, title: wish.title, align: wish.align, width }];
  });
}

function withOptions(wish: Wish, options: ColumnWishes): Wish {
  if (wish.name === 'mem' && options.accounting === 'rss') return { ...wish, title: 'RSS' };
  if (wish.name === 'virtualenv')
    return { ...wish, most: Math.max(wish.width, Math.min(wish.most, options.virtualenv)) };
  return wish;
}

/** Gives the room that is left to names as far as they need it, then to curves and bars. */
function grow(columns: readonly Wish[], room: number, options: ColumnWishes): ReadonlyMap<ColumnName, number> {
  const widths = new Map(columns.map(({ name, width }) => [name, width]));
  let left = room;
  const take = (name: ColumnName, most: number) => {
    const width = widths.get(name);
    if (width === undefined) return;
    const more = Math.max(0, Math.min(left, most - width));
    widths.set(name, width + more);
    left -= more;
  };
  const mostOf = (name: ColumnName) => columns.find((column) => column.name === name)?.most ?? 0;
  take('name', Math.min(options.name, mostOf('name')));
  take('virtualenv', mostOf('virtualenv'));
  take('trend', mostOf('trend'));
  take('bar', mostOf('bar'));
  // The rest stays empty at the right: figures far from their names are hard to read.
  return widths;
}
