import { givesBack } from '../model/memory.ts';
import type { Model, Server } from '../model/model.ts';
import { nextToStop } from '../model/scaling/next-to-stop.ts';
import type { ProcessKey } from '../snapshot.ts';
import { type Change, type Own, type Seen, workersOf } from './change.ts';
import { timing } from './timing.ts';

/** Notes which workers are present, and their memory. */
export function look(change: Change, server: Server, model: Model): Change {
  const { seen } = change;
  const present = workersOf(server);
  const { used, usedShare } = model.host.memory;
  const start = change.start ?? {
    members: new Set(present),
    nextToStop: nextToStop(server).map(({ key }) => key),
    used,
    usedShare,
  };
  const here = new Set(present);
  const went = seen.present.filter((key) => !here.has(key));
  const unasked = went.length - seen.leaving.size;
  return {
    ...change,
    start,
    seen: {
      present,
      came: cameSince(seen, present, start.members, model.uptime),
      leaving: stillLeaving(seen.leaving, went),
      gone: [...seen.gone, ...went.filter((key) => !seen.gone.includes(key))],
      own: ownOf(seen, server, model.uptime),
      replaces: seen.replaces || (unasked > 0 && went.some((key) => start.members.has(key) && !seen.leaving.has(key))),
      diedYoung: seen.diedYoung ?? (seen.leaving.size > 0 ? null : youngestOf(seen, went, model.uptime)),
      used,
      usedShare,
      configured: server.workers.configured,
    },
  };
}

function cameSince(
  { came }: Seen,
  present: readonly ProcessKey[],
  members: ReadonlySet<ProcessKey>,
  now: number,
): Seen['came'] {
  return new Map(present.filter((key) => !members.has(key)).map((key) => [key, came.get(key) ?? now]));
}

/** We only guess which worker stops. If a different one stopped, drop the latest guess instead. */
function stillLeaving(leaving: Seen['leaving'], went: readonly ProcessKey[]): Map<ProcessKey, number> {
  const still = new Map(leaving);
  const others = went.filter((key) => !still.delete(key));
  for (const key of [...still.keys()].reverse().slice(0, others.length)) still.delete(key);
  return still;
}

/** The own memory of workers. A worker that ends frees it bit by bit, so the figure from before counts. */
function ownOf({ own, leaving }: Seen, server: Server, now: number): Seen['own'] {
  const next = new Map<ProcessKey, Own>(own);
  for (const { key, role, memory, startedAt } of server.processes) {
    if (role !== 'worker' || leaving.has(key)) continue;
    const bytes = givesBack(memory);
    if (bytes !== null || !own.has(key)) next.set(key, { bytes, age: now - startedAt });
  }
  return next;
}

/** The age in seconds at which the youngest of the new workers that went has ended; null if none was young. */
function youngestOf({ came }: Seen, went: readonly ProcessKey[], now: number): number | null {
  const ages = went.flatMap((key) => {
    const since = came.get(key);
    return since === undefined || now - since >= timing.lives ? [] : [now - since];
  });
  return ages.length === 0 ? null : Math.min(...ages);
}
