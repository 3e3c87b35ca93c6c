import type { Doing, Wait } from '../../../snapshot.ts';
import type { Listening } from './listening.ts';
import type { Peer } from './peers.ts';

const kinds = ['socket', 'unix', 'pipe', 'disk', 'lock', 'sleep', 'child', 'other'] as const;

/** One object for each, so that what has not changed is seen to be the same. */
export const waits = Object.fromEntries(kinds.map((wait) => [wait, { wait }])) as Readonly<
  Record<(typeof kinds)[number], Wait>
>;

/** What a worker does that waits at a socket. @param peer the other end; null if it is not known */
export function doingAt(peer: Peer | null, { ports, names }: Listening): Doing {
  if (peer === null) return waits.socket;
  if (peer.type === 'unix') return peer.name !== null && names.has(peer.name) ? 'client' : waits.unix;
  if (ports.has(peer.localPort)) return 'client';
  const { port, local, address } = peer;
  return { wait: 'net', port, local, address };
}

/** Whether two lists say the same, thread by thread. */
export function sameDoing(one: readonly Doing[], other: readonly Doing[]): boolean {
  return one.length === other.length && one.every((doing, index) => same(doing, other[index]));
}

function same(one: Doing, other: Doing | undefined): boolean {
  if (one === other) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one.wait !== 'net' || other.wait !== 'net') return false;
  return one.port === other.port && one.address === other.address;
}
