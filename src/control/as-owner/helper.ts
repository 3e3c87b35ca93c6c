import { type ChildProcess, fork } from 'node:child_process';
import { killGroup } from '../kill.ts';
import type { Outcome } from '../outcome.ts';
import type { AsOwner, Errand } from './errand.ts';

/** Seconds: any disk takes less. */
const LOOKS = 10;

/** Longest time that a command may run, in seconds. A celery with a large app takes some to start. */
const LONGEST = 30;

/** Most characters of an outcome: the helper runs as the owner, who may make up its text. */
const MOST_TEXT = 1000;

/**
 * Does each errand in a process of its own, which gives up root's rights for good. It may be left behind if a path
 * leads to a file system that does not answer.
 * @param entry the helper's file
 * @param looks the longest time to check all paths of an errand, in seconds
 */
export function asOwnerBy(entry: string, looks = LOOKS): AsOwner {
  return (errand) =>
    new Promise((resolve) => {
      const child = fork(entry, [], {
        cwd: '/',
        env: {},
        execArgv: [],
        stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
        // A process group of its own, which can be killed as a whole, and no access to root's terminal.
        detached: true,
      });
      new Conversation(child, errand, looks, resolve);
    });
}

class Conversation {
  readonly #child: ChildProcess;
  readonly #resolve: (outcome: Outcome) => void;
  #limit: NodeJS.Timeout;
  #isOver = false;

  constructor(child: ChildProcess, errand: Errand, looks: number, resolve: (outcome: Outcome) => void) {
    this.#child = child;
    this.#resolve = resolve;
    const what = errand.kind === 'write' ? errand.path : errand.command.program;
    this.#limit = setTimeout(() => this.#leave(`${what} does not answer: nothing was done.`), looks * 1000);
    child.on('error', (error) => this.#end(`${what} could not be reached: ${error.message}`));
    child.on('exit', (code, signal) => {
      const end = () => this.#end(`${what}: its helper has ended with ${signal ?? code}.`);
      // What it said last may not have been read yet.
      if (child.connected) child.once('disconnect', end);
      else end();
    });
    child.on('message', (message) => this.#hear(message, what));
    child.send(errand);
  }

  #hear(message: unknown, what: string): void {
    if (typeof message !== 'object' || message === null || !('type' in message)) return;
    if (message.type === 'checked' && !this.#isOver) {
      clearTimeout(this.#limit);
      this.#limit = setTimeout(
        () => this.#leave(`${what} did not end within ${LONGEST} s and was stopped.`),
        LONGEST * 1000,
      );
      this.#child.send({ seconds: LONGEST });
    } else if (message.type === 'done' && 'outcome' in message) {
      const { outcome } = message;
      this.#end(outcome === null ? null : String(outcome).slice(0, MOST_TEXT));
    }
  }

  /** Kills the helper without waiting: it ends when the kernel lets it. */
  #leave(outcome: Outcome): void {
    const { pid, exitCode, signalCode } = this.#child;
    if (pid !== undefined && exitCode === null && signalCode === null) killGroup(pid);
    this.#end(outcome);
  }

  #end(outcome: Outcome): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearTimeout(this.#limit);
    if (this.#child.connected) this.#child.disconnect();
    this.#child.unref();
    this.#resolve(outcome);
  }
}
