import { execFile } from 'node:child_process';

/** Seconds for which a directory of users may be silent: it may be on a network that is gone. */
const PATIENCE = 2;

/** A name that id(1) takes for one, and for neither an option nor a number. */
const plainName = /^[^-+\d\s][^\s:]*$/u;

/** The uid of a user, from every directory of users that this system has; null where none knows it, or answers in time. */
export async function uidOf(name: string): Promise<number | null> {
  const answer = plainName.test(name) ? await id('-u', name) : null;
  return answer !== null && /^\d+$/.test(answer) ? Number(answer) : null;
}

/** The name of a user; null where no directory of users knows it, or answers in time. */
export function nameOf(uid: number): Promise<string | null> {
  return id('-un', String(uid));
}

/** id(1): macOS has no getent(1), and its users are not in /etc/passwd. */
function id(what: '-u' | '-un', user: string): Promise<string | null> {
  return new Promise((resolve) => {
    execFile('id', [what, user], { timeout: PATIENCE * 1000, killSignal: 'SIGKILL' }, (error, stdout) => {
      resolve(error === null ? stdout.trim() || null : null);
    });
  });
}
