import { resolve } from 'node:path';
import { type NamedFile, readNamedFile } from '../own-files/named-file.ts';
import { isOnThisMachine } from '../source/files/on-this-machine.ts';
import { errorCode } from '../text/errno.ts';
import { ownFiles } from './beside.ts';
import { UsageError } from './usage-error.ts';

/**
 * Reads the configuration file or another file that the user named. If it lies on a network or FUSE file system, such
 * as a home on NFS, a helper process reads it and can be left behind. Rejects like `readNamedFile`, and with the code
 * ETIMEDOUT if there is no answer.
 */
export async function readOwnFile(path: string): Promise<NamedFile> {
  const whole = resolve(path);
  return isOnThisMachine(whole) ? readNamedFile(whole) : ownFiles().readNamed(whole);
}

/**
 * Makes sure that a path that the user has named answers, before it is used directly.
 * @throws UsageError if its file system does not answer
 */
export async function mustAnswer(path: string): Promise<void> {
  const whole = resolve(path);
  if (isOnThisMachine(whole)) return;
  try {
    await ownFiles().probe(whole);
  } catch (error) {
    // Other errors are reported by what uses it.
    if (errorCode(error) === 'ETIMEDOUT')
      throw new UsageError(`${path} cannot be used: its file system does not answer`);
  }
}
