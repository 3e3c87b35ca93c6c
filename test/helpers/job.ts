import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

/**
 * Starts a program the way a login shell does: as a job with a process group of its own, whose
 * parent, the shell, is in the same session. It matters: the kernel lets SIGTTIN and SIGTTOU stop
 * a program only in such a group, not in an orphaned one as after setsid().
 *
 * The shell ends the job's whole group once its standard input ends, which also happens when the
 * test itself is killed.
 */
const SHELL = `
set -m
exec 2>>"$LOG"
(cd "$1" && shift && exec "$@") </dev/null >&2 &
job=$!
echo "$job"
read -r _
kill -CONT %1 && kill -TERM %1
for _ in {1..50}; do
  kill -0 %1 || break
  sleep 0.1
done
kill -KILL -- "-$job"
wait
`;

export interface Job {
  readonly pid: number;
  /** What it has written to stdout and stderr so far. */
  log(): string;
  /** Ends it and its children, and waits until they are gone. */
  stop(): Promise<void>;
}

export interface JobOptions {
  readonly cwd: string;
  /** All of its environment, except PATH and LANG. */
  readonly env?: Readonly<Record<string, string>>;
  /** Path of the file that takes its output. */
  readonly log: string;
}

export async function startJob(command: readonly string[], options: JobOptions): Promise<Job> {
  const env = { PATH: '/usr/bin:/bin', LANG: 'C.UTF-8', ...options.env };
  const assignments = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  const shell = spawn('bash', ['-c', SHELL, 'bash', options.cwd, '/usr/bin/env', '-i', ...assignments, ...command], {
    cwd: '/',
    env: { PATH: env.PATH, LOG: options.log },
    detached: true,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const ended = once(shell, 'exit');
  const [line] = await once(createInterface(shell.stdout), 'line');
  return {
    pid: Number(line),
    log: () => readFileSync(options.log, 'utf8'),
    stop: async () => {
      shell.stdin.end();
      await ended;
    },
  };
}
