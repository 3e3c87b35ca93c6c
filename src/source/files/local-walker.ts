import { readFileSync } from 'node:fs';
import { parseMounts } from './mounts.ts';
import { Walker } from './walk.ts';

/** A walk from the root that enters no remote or FUSE file system. @throws Error if the mounts cannot be read */
export function localWalker(): Walker {
  return new Walker('/', {
    mounts: parseMounts(readFileSync('/proc/self/mountinfo', 'utf8')),
    avoid: new Set(),
    localOnly: true,
    enter: () => {},
  });
}
