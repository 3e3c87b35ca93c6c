/** A blank between columns. */
const GAP = 1;

/** A column as it would like to be. */
export interface Wish<Name extends string> {
  readonly name: Name;
  readonly title: string;
  readonly width: number;
  readonly align: 'left' | 'right';
  /** Its largest width. */
  readonly most: number;
  /** The lowest is the last to be left out. */
  readonly rank: number;
}

/** A column as it is drawn. */
export type Fitted<Name extends string> = Pick<Wish<Name>, 'name' | 'title' | 'width' | 'align'>;

/**
 * The columns that fit, from left to right.
 * @param total columns of the terminal
 * @param growing which get the room that is left, the neediest first; the rest stays empty at the right, since figures far
 *   from their names are hard to read
 */
export function fittedColumns<Name extends string>(
  wishes: readonly Wish<Name>[],
  total: number,
  growing: readonly Name[],
): readonly Fitted<Name>[] {
  const widths = new Map<Name, number>();
  let left = total + GAP;
  for (const { name, width } of wishes.toSorted((a, b) => a.rank - b.rank)) {
    if (GAP + width > left) continue;
    widths.set(name, width);
    left -= GAP + width;
  }
  for (const name of growing) {
    const width = widths.get(name);
    const wish = wishes.find((one) => one.name === name);
    if (width === undefined || wish === undefined) continue;
    const more = Math.max(0, Math.min(left, wish.most - width));
    widths.set(name, width + more);
    left -= more;
  }
  return wishes.flatMap(({ name, title, align }) => {
    const width = widths.get(name);
    return width === undefined ? [] : [{ name, title, width, align }];
  });
}
