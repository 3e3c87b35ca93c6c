import type { ActivityRule } from '../../../probes.ts';
import type { Doing, Wait } from '../../../snapshot.ts';
import type { IdlePlaces } from './idle-places.ts';
import type { Listening } from './listening.ts';
import type { Peer } from './peers.ts';
import type { Thread } from './threads.ts';

const kinds = ['socket', 'unix', 'pipe', 'disk', 'lock', 'sleep', 'child', 'other'] as const;

/** One shared object for each kind of wait, so that unchanged activity is the same object. */
export const waits = Object.fromEntries(kinds.map((wait) => [wait, { wait }])) as Readonly<
  Record<(typeof kinds)[number], Wait>
>;

/** What a worker does while it waits at a socket. @param peer the other end of the connection; null if unknown */
export function doingAt(peer: Peer | null, { ports, names }: Listening): Doing {
  if (peer === null) return waits.socket;
  if (peer.type === 'unix') return peer.name !== null && names.has(peer.name) ? 'client' : waits.unix;
  if (ports.has(peer.localPort)) return 'client';
  const { port, local, address } = peer;
  return { wait: 'net', port, local, address };
}

export function isSameDoing(a: Doing, b: Doing | undefined): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a.wait !== 'net' || b.wait !== 'net') return false;
  return a.port === b.port && a.address === b.address;
}

/**
 * What a thread does, once it is known where idle ones sleep.
 * @param places where idle threads of its server sleep; undefined if that is not learnt
 */
export function doingOf(thread: Thread | undefined, rule: ActivityRule, places: IdlePlaces | undefined): Doing {
  if (thread === undefined) return 'unknown';
  const { does } = thread;
  const isIdle = typeof does === 'number' ? (places?.has(does) ?? null) : does === 'idle';
  if (isIdle) {
    thread.wasIdle = true;
    return 'idle';
  }
  // A thread of the app may wait like this all its life.
  const isForeign = rule.by === 'threads' && rule.isMixed && !thread.wasIdle;
  if (isIdle === null || (isForeign && (typeof does === 'number' || does === waits.lock))) return 'unknown';
  return typeof does === 'number' ? waits.lock : does;
}
