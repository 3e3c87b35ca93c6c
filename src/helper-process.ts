import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';

/** A process that is asked on its stdin, and answers on its stdout. */
export type HelperProcess = ChildProcessByStdio<Writable, Readable, null>;

/**
 * Starts a helper that can be left behind. It has a session of its own, so signals of our terminal do not reach it. Its
 * working directory is not on a dead mount.
 * @param command arguments of Node
 */
export function startHelperProcess(command: readonly string[]): HelperProcess {
  return spawn(process.execPath, [...command], {
    cwd: '/',
    env: {},
    detached: true,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
}
