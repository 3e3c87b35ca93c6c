import { randomUUID } from 'node:crypto';
import { closeSync, constants, fchmodSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';

const NEW = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

/**
 * Replaces a file atomically: a reader gets the old text or the new one, whole. All users may read it, since
 * node_exporter runs as another user.
 * @throws Error of the file system, with the path
 */
export function replaceFile(path: string, text: string): void {
  const temporary = `${path}.${randomUUID()}`;
  const descriptor = openSync(temporary, NEW, 0o644);
  try {
    writeFileSync(descriptor, text);
    fchmodSync(descriptor, 0o644);
    fsyncSync(descriptor);
    closeSync(descriptor);
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}
