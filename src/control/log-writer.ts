import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { UnsafePath } from '../own-files/checked-directory.ts';
import { appendPrivately, readTail } from '../own-files/private-file.ts';
import { fileProblem } from '../text/errno.ts';
import { type LogMessage, unfinishedIn } from './action-log.ts';

/** A message of the log's writer, one line of JSON. */
export type LogAnswer =
  /** Why the log cannot be written. */
  | { readonly type: 'problem'; readonly text: string }
  /** A change that an earlier session left unfinished. */
  | { readonly type: 'unfinished'; readonly text: string };

/** Bytes at the end of the log that are searched for unfinished changes. */
const TAIL = 64 * 1024;

/**
 * Writes the log in a process of its own: if the user's home is on a network mount that does not answer, only this
 * process waits. It outlives the dashboard until everything is written, and records changes that the dashboard did not
 * live to end.
 */
export async function writeLog(path: string): Promise<void> {
  // It ends when its input does, not by a signal of the terminal.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const) process.on(signal, () => {});
  process.stdout.on('error', () => {});
  const answer = (value: LogAnswer) => process.stdout.write(`${JSON.stringify(value)}\n`);
  const unless = new Map<string, string>();
  let failed = false;
  const attempt = (action: () => void) => {
    try {
      action();
    } catch (error) {
      const text = error instanceof UnsafePath ? error.message : `${path}: ${fileProblem(error)}`;
      if (!failed) answer({ type: 'problem', text });
      failed = true;
    }
  };
  for await (const line of createInterface({ input: process.stdin })) {
    const message = messageOf(line);
    if (message === null) continue;
    if (message.type === 'line') attempt(() => appendPrivately(path, message.text));
    else if (message.type === 'recall') attempt(() => recall(path, answer));
    else if (message.text === null) unless.delete(message.change);
    else unless.set(message.change, message.text);
  }
  for (const text of unless.values()) attempt(() => appendPrivately(path, `${new Date().toISOString()} ${text}\n`));
}

/** Null if the line was cut off because workertop was killed. */
function messageOf(line: string): LogMessage | null {
  try {
    return JSON.parse(line) as LogMessage;
  } catch {
    return null;
  }
}

/** Reports what earlier sessions left unfinished. */
function recall(path: string, answer: (value: LogAnswer) => void): void {
  const unfinished = unfinishedIn(readTail(path, TAIL), (pid) => existsSync(`/proc/${pid}`));
  for (const text of unfinished) answer({ type: 'unfinished', text });
}
