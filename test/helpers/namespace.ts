import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Result } from './workertop.ts';
import { workertopCommand } from './workertop.ts';

/** For a shell: as a user without rights, whom nothing here belongs to. */
export const AS_NOBODY = 'setpriv --reuid 65534 --regid 65534 --clear-groups';

/** @throws Error with what to do, where the tests are not run by root */
export function requireRoot(): void {
  if (process.geteuid?.() !== 0) throw new Error('This starts processes as another user: run the tests as root.');
}

/** Runs a shell script, in which `$W` is workertop, within new namespaces. @param flags of unshare(1) */
export async function inNamespace(flags: string, script: string): Promise<Result> {
  const W = workertopCommand().join(' ');
  const args = [...flags.split(' '), 'sh', '-c', script];
  const child = spawn('unshare', args, {
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
    env: { PATH: process.env['PATH'] ?? '', LANG: 'C.UTF-8', W, HOME: '/nonexistent' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (data: Buffer) => {
    stdout += data.toString();
  });
  child.stderr.on('data', (data: Buffer) => {
    stderr += data.toString();
  });
  return new Promise((done, fail) => {
    child.on('error', fail);
    child.on('close', (code) => done({ code, stdout, stderr }));
  });
}
