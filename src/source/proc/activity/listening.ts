import { memoize } from '../../../memoize.ts';
import { portOf } from '../../../text/port-of.ts';
import type { ActivityRequest } from '../../source.ts';

/** Where a server listens: the inodes, ports and names of its sockets. */
export interface Listening {
  readonly inodes: ReadonlySet<number>;
  readonly ports: ReadonlySet<number>;
  readonly names: ReadonlySet<string>;
}

const UNIX = 'unix:';

/** Where a server with these listeners listens. */
export const listeningAt: (listeners: ActivityRequest['listeners']) => Listening = memoize((listeners) => {
  const addresses = listeners.map(({ address }) => address);
  return {
    inodes: new Set(listeners.map(({ inode }) => inode)),
    ports: new Set(addresses.flatMap((address) => portOf(address) ?? [])),
    names: new Set(addresses.flatMap((address) => (address.startsWith(UNIX) ? address.slice(UNIX.length) : []))),
  };
});
