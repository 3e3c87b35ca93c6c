import { appendFileSync, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Operation } from '../state/operation.ts';

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
      mkdirSync(dirname(this.#path), { recursive: true, mode: 0o700 });
      appendFileSync(this.#path, `${new Date(at).toISOString()} ${text.replace(/\p{Cc}/gu, ' ')}\n`, { mode: 0o600 });
    } catch {
      // A full or read-only disk must not keep anyone from trimming workers.
    }
  }
}
