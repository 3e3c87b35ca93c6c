import type { RowId } from './row.ts';

/** In which order rows stood, and until when they are not to be moved. */
export interface Order {
  readonly ranks: ReadonlyMap<RowId, number>;
  /** Seconds since boot: until then rows keep their order, because a key was pressed. */
  readonly heldUntil: number;
  /** Whether a key was pressed since the last reading. */
  readonly pressed: boolean;
}

export const noOrder: Order = { ranks: new Map(), heldUntil: 0, pressed: false };

/** Rows do not move for so many seconds after a key: they would run away under the cursor. */
const QUIET_SECONDS = 2;

/** The order for a reading at `uptime`: a key before it holds the rows for a while. */
export function orderAt(order: Order, uptime: number): Order {
  return order.pressed ? { ...order, pressed: false, heldUntil: uptime + QUIET_SECONDS } : order;
}

/**
 * Things in the order in which they stood, where each moves up past those that it clearly exceeds. What was not there
 * before is put where it belongs.
 * @param exceeds whether a stands clearly above b
 * @param above whether a stands above b at all
 */
export function settle<Thing>(
  things: readonly Thing[],
  idOf: (thing: Thing) => RowId,
  order: Order,
  isHeld: boolean,
  exceeds: (a: Thing, b: Thing) => boolean,
  above: (a: Thing, b: Thing) => number,
): readonly Thing[] {
  const rankOf = (thing: Thing) => order.ranks.get(idOf(thing)) ?? null;
  const before = things.filter((thing) => rankOf(thing) !== null);
  before.sort((a, b) => (rankOf(a) ?? 0) - (rankOf(b) ?? 0));
  const settled: Thing[] = [];
  for (const thing of before) {
    const at = isHeld ? -1 : settled.findIndex((other) => exceeds(thing, other));
    settled.splice(at < 0 ? settled.length : at, 0, thing);
  }
  for (const thing of things) {
    if (rankOf(thing) !== null) continue;
    const at = settled.findIndex((other) => above(thing, other) < 0);
    settled.splice(at < 0 ? settled.length : at, 0, thing);
  }
  return settled;
}
