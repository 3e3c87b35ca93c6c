import { portOf } from '../../../text/port-of.ts';
import type { ActivityRequest } from '../../source.ts';

/** Where a server listens, in ways to look for it. */
export interface Listening {
  readonly inodes: ReadonlySet<number>;
  readonly ports: ReadonlySet<number>;
  readonly names: ReadonlySet<string>;
}

const known = new WeakMap<ActivityRequest['listeners'], Listening>();

/** Where a server with these listeners listens: the same object for the same list. */
export function listeningAt(listeners: ActivityRequest['listeners']): Listening {
  let found = known.get(listeners);
  if (found === undefined) {
    const addresses = listeners.map(({ address }) => address);
    found = {
      inodes: new Set(listeners.map(({ inode }) => inode)),
      ports: new Set(addresses.flatMap((address) => portOf(address) ?? [])),
      names: new Set(addresses.flatMap((address) => (address.startsWith(UNIX) ? address.slice(UNIX.length) : []))),
    };
    known.set(listeners, found);
  }
  return found;
}

const UNIX = 'unix:';
