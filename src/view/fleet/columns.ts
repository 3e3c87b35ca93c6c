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

interface Wish extends FleetColumn {
  /** The width that it grows to where there is room. */
  readonly most: number;
  /** 1 is the last to give way. */
  readonly rank: number;
}

const wishes: readonly Wish[] = [
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

/** A blank between columns. */
const GAP = 1;

/**
 * The columns that fit, as wide as there is room for.
 * @param longest columns of the longest name
 */
export function fleetColumns(total: number, longest: number): readonly FleetColumn[] {
  const kept = new Set<Wish>();
  let left = total + GAP;
  for (const wish of wishes.toSorted((a, b) => a.rank - b.rank)) {
    if (GAP + wish.width > left) continue;
    kept.add(wish);
    left -= GAP + wish.width;
  }
  const wider = new Map<FleetColumn['name'], number>();
  for (const name of ['host', 'verdict', 'bar'] as const) {
    const wish = wishes.find((one) => one.name === name && kept.has(one));
    if (wish === undefined) continue;
    const most = name === 'host' ? Math.min(wish.most, longest) : wish.most;
    const more = Math.max(0, Math.min(left, most - wish.width));
    wider.set(name, more);
    left -= more;
  }
  return wishes.flatMap((wish) => {
    const { name, title, width, align } = wish;
    return kept.has(wish) ? [{ name, title, width: width + (wider.get(name) ?? 0), align }] : [];
  });
}
