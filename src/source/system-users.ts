import { execFile } from 'node:child_process';

/** Longest time to wait for id(1), in seconds: a directory of users may be on a network that is down. */
const ID_TIMEOUT = 2;

/** A name that id(1) reads neither as an option nor as a number. */
const plainName = /^[^-+\d\s][^\s:]*$/u;

/** The uid of a user, from any directory of users of this system; null if none knows it or answers in time. */
export async function uidOf(name: string): Promise<number | null> {
  const answer = plainName.test(name) ? await id('-u', name) : null;
  return answer !== null && /^\d+$/.test(answer) ? Number(answer) : null;
}

/** The name of a user; null if no directory of users knows it or answers in time. */
export function nameOf(uid: number): Promise<string | null> {
  return id('-un', String(uid));
}

/** Where systems keep id(1). The user's own PATH may lead to a mount that does not answer. */
const PATH = '/usr/bin:/bin:/run/current-system/sw/bin';

/** Runs id(1). macOS has no getent(1), and its users are not in /etc/passwd. */
function id(what: '-u' | '-un', user: string): Promise<string | null> {
  const options = { cwd: '/', env: { PATH }, timeout: ID_TIMEOUT * 1000, killSignal: 'SIGKILL' } as const;
  return new Promise((resolve) => {
    execFile('id', [what, user], options, (error, stdout) => {
      resolve(error === null ? stdout.trim() || null : null);
    });
  });
}
