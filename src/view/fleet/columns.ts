import { fittedColumns, type Wish } from '../fitted-columns.ts';
/** A column of the list of machines. */
export interface FleetColumn {
  readonly name:
    | 'host'
    | 'bar'
    | 'used'
    | 'percent'
    | 'swap'
    | 'cpu'
    | 'load'
    | 'projects'
    | 'workers'
    | 'queue'
    | 'verdict';
  readonly title: string;
  readonly width: number;
  readonly align: 'left' | 'right';
}

const wishes: readonly Wish<FleetColumn['name']>[] = [
  { name: 'host', title: 'MACHINE', width: 12, most: 40, align: 'left', rank: 1 },
  { name: 'bar', title: 'MEMORY', width: 8, most: 24, align: 'left', rank: 6 },
  { name: 'used', title: 'USED', width: 11, most: 11, align: 'right', rank: 3 },
  { name: 'percent', title: '', width: 4, most: 4, align: 'right', rank: 2 },
  { name: 'swap', title: 'SWAP', width: 5, most: 5, align: 'right', rank: 9 },
  { name: 'cpu', title: 'CPU', width: 4, most: 4, align: 'right', rank: 7 },
  { name: 'load', title: 'LOAD', width: 5, most: 5, align: 'right', rank: 10 },
  { name: 'projects', title: 'PROJECTS', width: 8, most: 8, align: 'right', rank: 11 },
  { name: 'workers', title: 'WORKERS', width: 7, most: 7, align: 'right', rank: 5 },
  { name: 'queue', title: 'QUEUE', width: 5, most: 5, align: 'right', rank: 8 },
  { name: 'verdict', title: 'SO FAR', width: 16, most: 20, align: 'left', rank: 4 },
];

/** The columns that fit, and their widths. @param longest width of the longest host name */
export function fleetColumns(total: number, longest: number): readonly FleetColumn[] {
  const wanted = wishes.map((wish) => (wish.name === 'host' ? { ...wish, most: Math.min(wish.most, longest) } : wish));
  return fittedColumns(wanted, total, ['host', 'verdict', 'bar']);
}
