import {
  chmodSync,
  closeSync,
  constants,
  existsSync,
  fchmodSync,
  fstatSync,
  mkdirSync,
  openSync,
  writeSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Operation } from '../state/operation.ts';
import { clean } from '../text/sanitize.ts';

/** `$XDG_STATE_HOME/workertop/actions.log`; null where there is no home to keep it in. */
export function actionLogPath(environment: NodeJS.ProcessEnv): string | null {
  const state = environment['XDG_STATE_HOME'];
  if (state?.startsWith('/')) return join(state, 'workertop', 'actions.log');
  const home = environment['HOME'] ?? homedir();
  return home.startsWith('/') ? join(home, '.local', 'state', 'workertop', 'actions.log') : null;
}

/** What was done, one line each, for whoever asks later. Readable by its owner alone. */
export class ActionLog {
  readonly #path: string | null;

  constructor(path: string | null) {
    this.#path = path;
  }

  operation(operation: Operation): void {
    if (operation.phase === 'running') return;
    this.#add(operation.endedAt ?? operation.startedAt, `${operation.kind} ${operation.pid}: ${operation.text}`);
  }

  /** @param at milliseconds since 1970 */
  note(at: number, text: string): void {
    this.#add(at, text);
  }

  #add(at: number, text: string): void {
    if (this.#path === null) return;
    try {
      append(this.#path, `${new Date(at).toISOString()} ${clean(text)}\n`);
    } catch {
      // A full or read-only disk must not keep anyone from trimming workers.
    }
  }
}

const APPEND = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT;

/** The file and its directory are made private, also where they are there already and are not. */
function append(path: string, line: string): void {
  const folder = dirname(path);
  makeFolder(folder);
  // Run as root in a user's home: never follows a link to what only root may write.
  const descriptor = openSync(path, APPEND | constants.O_NOFOLLOW | constants.O_NONBLOCK, 0o600);
  try {
    const about = fstatSync(descriptor);
    if (!about.isFile()) return;
    if ((about.mode & 0o077) !== 0) {
      fchmodSync(descriptor, 0o600);
      chmodSync(folder, 0o700);
    }
    writeSync(descriptor, line);
  } finally {
    closeSync(descriptor);
  }
}

/** Node's own recursive mkdir never returns where a file system says ENOENT to a new directory, as /proc does. */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  if (dirname(folder) !== folder) makeFolder(dirname(folder));
  mkdirSync(folder, { mode: 0o700 });
}
