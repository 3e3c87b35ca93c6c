import { statePath } from '../own-files/state-path.ts';
import type { Operation } from '../state/operation.ts';
import { clean } from '../text/sanitize.ts';

/** The path of the log; null without a home. */
export function actionLogPath(environment: NodeJS.ProcessEnv): string | null {
  return statePath(environment, 'actions.log');
}

/** A message to the log's writer. */
export type LogMessage =
  | { readonly type: 'line'; readonly text: string }
  /** The line to write if nothing more is heard of a change; null once it has ended. */
  | { readonly type: 'unless'; readonly change: string; readonly text: string | null }
  /** Asks what earlier sessions left unfinished. */
  | { readonly type: 'recall' };

/** Receives the messages. */
export interface LogSink {
  send(message: LogMessage): void;
  /** Resolves when everything is written, or after a short time. */
  close(): Promise<void>;
}

/** Discards everything. */
export const noLog: LogSink = { send: () => {}, close: async () => {} };

/**
 * Logs actions, one line each. A change has a line before its first signal and one at its end, with the same tag. So a
 * change that was cut off can be recognised.
 */
export class ActionLog {
  readonly #sink: LogSink;
  readonly #session: string;
  readonly #where: string;
  /** By change under way: the target that was last logged. */
  readonly #asked = new Map<number, number>();

  /**
   * @param session distinguishes this session's changes from others: the pid, and a number for one of several machines
   * @param host the machine that is acted on; null for this one
   */
  constructor(sink: LogSink, session: string, host: string | null = null) {
    this.#sink = sink;
    this.#session = session;
    this.#where = host === null ? '' : `${host}: `;
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
    this.#sink.send({ type: 'unless', change: tag, text: clean(`${this.#where}${cut}`) });
  }

  /**
   * Logs a remark.
   * @param at milliseconds since 1970
   */
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
    this.#sink.send({ type: 'line', text: `${new Date(at).toISOString()} ${clean(`${this.#where}${text}`)}\n` });
  }
}

const entry = /^(\S+) (.*) \[((\d+)(?:\.\d+)+)\]$/;

/**
 * Changes in a log that were started and never ended, because the machine went down.
 * @param isRunning whether the session of that pid still runs
 */
export function unfinishedIn(log: string, isRunning: (pid: number) => boolean): readonly string[] {
  const open = new Map<string, { readonly text: string; readonly pid: number }>();
  for (const line of log.split('\n')) {
    const [, at, text, tag, pid] = entry.exec(line) ?? [];
    if (at === undefined || text === undefined || tag === undefined) continue;
    if (text.endsWith(' asked')) open.set(tag, { text: `${at} ${text}, and did not finish`, pid: Number(pid) });
    else open.delete(tag);
  }
  return [...open.values()].filter(({ pid }) => !isRunning(pid)).map(({ text }) => text);
}
