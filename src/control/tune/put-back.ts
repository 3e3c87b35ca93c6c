import { isRefused } from '../../model/refused.ts';
import { plural } from '../../text/figures.ts';
import { isUnderWay, underWayText } from './journal.ts';
import { type Found, findIn, look, TuneRefusal, type TuneWorld } from './world.ts';

/** Puts trimmed workers back. The journal stays if that fails. @throws TuneRefusal if it fails */
export async function putBack(found: Found, target: number, world: TuneWorld): Promise<Found> {
  const { key, workers } = found.server;
  if (workers.current < target) {
    world.say(`Putting back: ${workers.current} → ${target} workers.`);
    const operation = await world.change(key, target, true);
    if (isRefused(operation))
      throw new TuneRefusal(`It could not be put back to ${plural(target, 'worker')}: ${operation.refused}`);
    if (operation.phase !== 'done') throw new TuneRefusal(`It could not be put back: ${operation.text}`);
  }
  await world.journal.clear();
  return look(key, world);
}

/**
 * Puts back what an earlier run has left because it was killed.
 * @throws TuneRefusal if another workertop tunes at this moment, or it could not be put back
 */
export async function repaired(found: Found, world: TuneWorld): Promise<Found> {
  const left = await world.journal.read();
  if (left === null) return found;
  if (isUnderWay(left)) throw new TuneRefusal(underWayText(left));
  const trimmed = findIn(found.model, left.server);
  if (trimmed === null || trimmed.server.workers.current >= left.from) {
    await world.journal.clear();
    return found;
  }
  world.say(`An interrupted tune left ${left.project} with ${left.to} of ${left.from} workers.`);
  const now = await putBack(trimmed, left.from, world);
  return findIn(now.model, found.server.key) ?? found;
}
