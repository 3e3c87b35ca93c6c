import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Operation } from '../state/operation.ts';
import { clean } from '../text/sanitize.ts';

/** A file in `$XDG_STATE_HOME/workertop`; null where there is no home to keep it in. */
export function statePath(environment: NodeJS.ProcessEnv, name: string): string | null {
  const state = environment['XDG_STATE_HOME'];
  if (state?.startsWith('/')) return join(state, 'workertop', name);
  const home = environment['HOME'] ?? homedir();
  return home.startsWith('/') ? join(home, '.local', 'state', 'workertop', name) : null;
}

/** Null where there is no home to keep it in. */
export function actionLogPath(environment: NodeJS.ProcessEnv): string | null {
  return statePath(environment, 'actions.log');
}

/** What the log's writer is told. */
export type LogMessage =
  | { readonly type: 'line'; readonly text: string }
  /** The line to be written if nothing more is heard of a change; null when it has ended. */
  | { readonly type: 'unless'; readonly change: string; readonly text: string | null }
  /** To tell what earlier sessions left unfinished. */
  | { readonly type: 'recall' };

/** Where lines go. */
export interface LogSink {
  send(message: LogMessage): void;
  /** Resolves when all is written, or after a short while. */
  close(): Promise<void>;
}

/** A log that is kept nowhere. */
export const noLog: LogSink = { send: () => {}, close: async () => {} };

/**
 * What was done, one line each, for whoever asks later. A change of workers has a line before its first signal and one at its end, with
 * the same tag, so that one that was cut off is seen.
 */
export class ActionLog {
  readonly #sink: LogSink;
  readonly #session: string;
  /** The target that was last written of each change under way. */
  readonly #asked = new Map<number, number>();

  /** @param session tells this session's changes from those of others: the pid */
  constructor(sink: LogSink, session: string) {
    this.#sink = sink;
    this.#session = session;
  }

  operation(operation: Operation): void {
    const { id, kind, pid, project, from, target, sent, current, leaving } = operation;
    const tag = `${this.#session}.${id}`;
    const write = (at: number, text: string) => this.#line(at, `${kind} ${pid}: ${text} [${tag}]`);
    if (operation.phase !== 'running') {
      this.#asked.delete(id);
      write(operation.endedAt ?? Date.now(), operation.text);
      this.#sink.send({ type: 'unless', change: tag, text: null });
      return;
    }
    const change = `${project} ${from} → ${target}`;
    if (this.#asked.get(id) !== target) write(Date.now(), `${change} workers asked`);
    this.#asked.set(id, target);
    const runs = current + leaving.length;
    const cut = `${kind} ${pid}: ${change} was under way when workertop ended: ${sent} sent, ${runs} ran [${tag}]`;
    this.#sink.send({ type: 'unless', change: tag, text: clean(cut) });
  }

  /** @param at milliseconds since 1970 */
  note(at: number, text: string): void {
    this.#line(at, text);
  }

  recall(): void {
    this.#sink.send({ type: 'recall' });
  }

  close(): Promise<void> {
    return this.#sink.close();
  }

  #line(at: number, text: string): void {
    this.#sink.send({ type: 'line', text: `${new Date(at).toISOString()} ${clean(text)}\n` });
  }
}

const entry = /^(\S+) (.*) \[((\d+)\.\d+)\]$/;

/**
 * Changes of a log that were asked for and never ended: the machine went down in the middle of them.
 * @param isRunning whether the session of that pid still runs
 */
export function unfinishedIn(log: string, isRunning: (pid: number) => boolean): readonly string[] {
  const open = new Map<string, { readonly text: string; readonly pid: number }>();
  for (const line of log.split('\n')) {
    const [, at, text, tag, pid] = entry.exec(line) ?? [];
    if (at === undefined || text === undefined || tag === undefined) continue;
    if (text.endsWith(' asked')) open.set(tag, { text: `${at} ${text}, and never ended`, pid: Number(pid) });
    else open.delete(tag);
  }
  return [...open.values()].filter(({ pid }) => !isRunning(pid)).map(({ text }) => text);
}
