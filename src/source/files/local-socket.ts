import { fstatSync } from 'node:fs';
import { localWalker } from './local-walker.ts';
import type { Walker } from './walk.ts';

/** A socket that exists and belongs to the expected user. */
export interface LocalSocket {
  /** Leads to the socket that was checked, wherever its own path leads by now. Valid until `close`. */
  readonly path: string;
  close(): void;
}

/**
 * Opens the socket at a path. Null if there is none, if it is another user's, or if its directory is on a remote or
 * FUSE file system: connect(2) might wait for ever.
 */
export function findLocalSocket(path: string, uid: number | null): LocalSocket | null {
  let walker: Walker | null = null;
  try {
    walker = localWalker();
    const place = walker.find(path);
    if (!('status' in place)) {
      const stats = fstatSync(place.descriptor);
      const { close } = walker;
      if (stats.isSocket() && stats.uid === uid) {
        return { path: `/proc/self/fd/${place.descriptor}`, close: close.bind(walker) };
      }
    }
  } catch {
    // Any error means that there is no usable socket.
  }
  walker?.close();
  return null;
}
