import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { LogMessage, LogSink } from './action-log.ts';
import type { LogAnswer } from './log-writer.ts';

/** At its end, workertop waits this many seconds for the log to be written. */
const LAST_WORDS = 0.3;

/**
 * Sends lines to the process that writes the log, which starts with the first one. Each line is in the pipe before a
 * signal is sent, so it is written even if workertop is killed.
 */
export class LogProcess implements LogSink {
  readonly #command: readonly string[];
  readonly #answer: (answer: LogAnswer) => void;
  #child: ChildProcess | null = null;
  #closed = false;

  /** @param command the program and its arguments */
  constructor(command: readonly string[], answer: (answer: LogAnswer) => void) {
    this.#command = command;
    this.#answer = answer;
  }

  send(message: LogMessage): void {
    if (this.#closed) return;
    this.#child ??= this.#start();
    this.#child.stdin?.write(`${JSON.stringify(message)}\n`);
  }

  async close(): Promise<void> {
    const child = this.#child;
    this.#closed = true;
    if (child === null || child.exitCode !== null) return;
    const ended = new Promise<void>((resolve) => {
      child.once('close', () => resolve());
      setTimeout(resolve, LAST_WORDS * 1000);
    });
    child.stdin?.end();
    await ended;
  }

  #start(): ChildProcess {
    const [program = '', ...args] = this.#command;
    // A session of its own, so signals of the terminal do not reach it.
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'ignore'], detached: true });
    const fail = (error: Error) => this.#answer({ type: 'problem', text: error.message });
    child.on('error', fail);
    child.stdin?.on('error', () => {});
    if (child.stdout) {
      createInterface({ input: child.stdout }).on('line', (line) => this.#answer(JSON.parse(line) as LogAnswer));
    }
    child.unref();
    return child;
  }
}
