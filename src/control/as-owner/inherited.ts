import { closeSync } from 'node:fs';
import { list, readText } from '../../source/proc/files.ts';

/** Flag of open(2) for a descriptor that a program which is started does not get. */
const O_CLOEXEC = 0o2000000;

/** Input, output and errors. */
const STANDARD = 2;

/**
 * Closes the descriptors that workertop inherited. Root's shell may hold a lock, a pipe or a secret file, and a command
 * that is run for another user would get it. Node and libuv open all of theirs with close-on-exec.
 */
export function closeInherited(): void {
  for (const name of list('/proc/self/fd') ?? []) {
    const flags = /^flags:\t([0-7]+)$/m.exec(readText(`/proc/self/fdinfo/${name}`) ?? '')?.[1];
    if (Number(name) > STANDARD && flags !== undefined && (Number.parseInt(flags, 8) & O_CLOEXEC) === 0)
      closeSync(Number(name));
  }
}
