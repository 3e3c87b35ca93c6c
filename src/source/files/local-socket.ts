import { fstatSync, readFileSync } from 'node:fs';
import { parseMounts } from './mounts.ts';
import { Walker } from './walk.ts';

/** A socket that was found and belongs to whom it should. */
export interface LocalSocket {
  /** Leads to what was looked at, whatever its own path leads to by now. Good until `close`. */
  readonly path: string;
  close(): void;
}

/**
 * The socket at a path; null where there is none, where it is another user's, or where another machine or a program would have to
 * answer for its directory: that might never be, and connect(2) waits for it.
 */
export function findLocalSocket(path: string, uid: number | null): LocalSocket | null {
  let walker: Walker | null = null;
  try {
    walker = new Walker('/', {
      mounts: parseMounts(readFileSync('/proc/self/mountinfo', 'utf8')),
      avoid: new Set(),
      localOnly: true,
      enter: () => {},
    });
    const place = walker.find(path);
    if (!('status' in place)) {
      const about = fstatSync(place.descriptor);
      const { close } = walker;
      if (about.isSocket() && about.uid === uid) {
        return { path: `/proc/self/fd/${place.descriptor}`, close: close.bind(walker) };
      }
    }
  } catch {
    // Whatever is wrong there, it is no socket of ours to ask.
  }
  walker?.close();
  return null;
}
