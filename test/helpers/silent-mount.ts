import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('silent-mount.py', import.meta.url));

/** A mounted file system that can stop answering. A process that reads it is in state D; SIGKILL does not end it. */
export interface SilentMount {
  readonly directory: string;
  silence(): Promise<void>;
  /** Ends it, and sets free what waits for it. */
  stop(): Promise<void>;
}

/** @param files that it holds */
export async function openSilentMount(...files: readonly string[]): Promise<SilentMount> {
  const directory = mkdtempSync(join(tmpdir(), 'workertop-silent-'));
  const daemon = spawn('/usr/bin/python3', [PROGRAM, directory, ...files], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(daemon, 'exit');
  const lines = createInterface(daemon.stdout);
  const [first] = await Promise.race([once(lines, 'line'), ended]);
  if (first !== 'ready') throw new Error(`${PROGRAM} could not mount its file system: it needs root and /dev/fuse`);
  return {
    directory,
    silence: async () => {
      daemon.stdin.write('\n');
      await once(lines, 'line');
    },
    stop: async () => {
      daemon.stdin.end();
      await ended;
      rmdirSync(directory);
    },
  };
}
