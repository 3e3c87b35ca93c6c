import type { Doing, Wait } from '../../../snapshot.ts';
import type { Listening } from './listening.ts';
import type { Peer } from './peers.ts';

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

/** Whether two lists are equal, thread by thread. */
export function sameDoing(a: readonly Doing[], b: readonly Doing[]): boolean {
  return a.length === b.length && a.every((doing, index) => same(doing, b[index]));
}

function same(a: Doing, b: Doing | undefined): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a.wait !== 'net' || b.wait !== 'net') return false;
  return a.port === b.port && a.address === b.address;
}
