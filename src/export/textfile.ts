import { randomUUID } from 'node:crypto';
import { closeSync, constants, fchmodSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';

const NEW = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

/**
 * Replaces a file in one step: whoever reads it gets the old text or the new one, whole. The file is readable by all, since
 * node_exporter reads it as another user.
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
