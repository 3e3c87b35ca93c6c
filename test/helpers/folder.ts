import { chmodSync, mkdtempSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * A new folder. Nobody but its owner can put anything there or above it, as for a server's files on a real machine;
 * /tmp is no such place. Everybody may look into it.
 */
export function makeFolder(name: string): string {
  const above = process.geteuid?.() === 0 ? '/srv' : homedir();
  const folder = realpathSync(mkdtempSync(join(above, `workertop-${name}-`)));
  chmodSync(folder, 0o755);
  return folder;
}
