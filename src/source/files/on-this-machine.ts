import { localWalker } from './local-walker.ts';
import type { Walker } from './walk.ts';

/**
 * Whether a file, after links, lies on this machine's own disks or in its memory, so that reading it waits for no other
 * machine. True also if it does not exist, and outside Linux.
 */
export function isOnThisMachine(path: string): boolean {
  if (process.platform !== 'linux') return true;
  let walker: Walker | null = null;
  try {
    walker = localWalker();
    const place = walker.find(path);
    return !('status' in place && place.status === 'unknown');
  } catch {
    return true;
  } finally {
    walker?.close();
  }
}
