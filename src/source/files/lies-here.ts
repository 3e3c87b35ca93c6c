import { readFileSync } from 'node:fs';
import { parseMounts } from './mounts.ts';
import { Walker } from './walk.ts';

/**
 * Whether a file lies on this machine's own disks or in its memory, links followed, so that reading it waits for nobody. Tells so of what
 * is not there as well.
 */
export function liesHere(path: string): boolean {
  let walker: Walker | null = null;
  try {
    walker = new Walker('/', {
      mounts: parseMounts(readFileSync('/proc/self/mountinfo', 'utf8')),
      avoid: new Set(),
      localOnly: true,
      enter: () => {},
    });
    const place = walker.find(path);
    return !('status' in place && place.status === 'unknown');
  } catch {
    return true;
  } finally {
    walker?.close();
  }
}
