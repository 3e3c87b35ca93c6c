import type { HideableColumn } from '../state/columns.ts';
import { type Fitted, fittedColumns, type Wish } from './fitted-columns.ts';

/** The table's columns. */
export type ColumnName = 'name' | HideableColumn;

export type Column = Fitted<ColumnName>;

/** Every column, from left to right, with its rank when room is short. */
const wishes: readonly Wish<ColumnName>[] = [
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
  const columns = fittedColumns(wanted, total, ['name', 'virtualenv', 'trend', 'bar']);
  // The share stands under the title of the bar, and needs its own without it.
  const hasBar = columns.some(({ name }) => name === 'bar');
  return hasBar ? columns : columns.map((column) => (column.name === 'share' ? { ...column, title: 'USED' } : column));
}

function withOptions(wish: Wish<ColumnName>, options: ColumnWishes): Wish<ColumnName> {
  if (wish.name === 'name') return { ...wish, most: Math.min(options.name, wish.most) };
  if (wish.name === 'mem' && options.accounting === 'rss') return { ...wish, title: 'RSS' };
  if (wish.name === 'virtualenv')
    return { ...wish, most: Math.max(wish.width, Math.min(wish.most, options.virtualenv)) };
  return wish;
}
