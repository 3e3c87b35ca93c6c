import type { RowId } from './row.ts';

/** The order of the rows, and until when it is kept. */
export interface Order {
  readonly ranks: ReadonlyMap<RowId, number>;
  /** Seconds since boot: until then rows keep their order, because a key was pressed. */
  readonly heldUntil: number;
  /** Whether a key was pressed since the last reading. */
  readonly pressed: boolean;
  /** Which row clearly exceeded which other one above it at the last reading, as `id id`. */
  readonly wishes: ReadonlySet<string>;
}

export const noOrder: Order = { ranks: new Map(), heldUntil: 0, pressed: false, wishes: new Set() };

/** Seconds after a key for which rows do not move: they would run away under the cursor. */
const QUIET_SECONDS = 2;

/** The order for a reading at `uptime`: a key before it holds the rows for a while. */
export function orderAt(order: Order, uptime: number): Order {
  return order.pressed ? { ...order, pressed: false, heldUntil: uptime + QUIET_SECONDS } : order;
}

/**
 * Keeps the order of things, but moves each up past those that it clearly exceeds at two readings in a row. New things
 * are put where they belong.
 * @param wishes receives which thing exceeds which other one, for the next reading
 * @param exceeds whether a stands clearly above b
 * @param above whether a stands above b at all
 */
export function settle<Thing>(
  things: readonly Thing[],
  idOf: (thing: Thing) => RowId,
  order: Order,
  isHeld: boolean,
  wishes: Set<string>,
  exceeds: (a: Thing, b: Thing) => boolean,
  above: (a: Thing, b: Thing) => number,
): readonly Thing[] {
  const mayPass = (thing: Thing, other: Thing) => {
    if (!exceeds(thing, other)) return false;
    const wish = `${idOf(thing)} ${idOf(other)}`;
    wishes.add(wish);
    return !isHeld && order.wishes.has(wish);
  };
  return steady(
    things,
    (thing) => order.ranks.get(idOf(thing)),
    mayPass,
    (thing, other) => above(thing, other) < 0,
  );
}

/**
 * Keeps the previous order of things, but moves each up past those that it may pass. New things go above the first one
 * that they belong above.
 * @param rankOf the place in the previous order; undefined for a new thing
 */
export function steady<Thing>(
  things: readonly Thing[],
  rankOf: (thing: Thing) => number | undefined,
  mayPass: (thing: Thing, other: Thing) => boolean,
  belongsAbove: (thing: Thing, other: Thing) => boolean,
): readonly Thing[] {
  const before = things.filter((thing) => rankOf(thing) !== undefined);
  before.sort((a, b) => (rankOf(a) ?? 0) - (rankOf(b) ?? 0));
  const settled: Thing[] = [];
  const place = (thing: Thing, isAbove: (thing: Thing, other: Thing) => boolean) => {
    const at = settled.findIndex((other) => isAbove(thing, other));
    settled.splice(at < 0 ? settled.length : at, 0, thing);
  };
  for (const thing of before) place(thing, mayPass);
  for (const thing of things) if (rankOf(thing) === undefined) place(thing, belongsAbove);
  return settled;
}
