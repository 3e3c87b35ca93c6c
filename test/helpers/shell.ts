import { eventually } from './eventually.ts';
import * as kernel from './kernel.ts';
import { openPty, type Pty, type PtyOptions } from './pty.ts';

/**
 * An interactive shell in a terminal. It is a plain POSIX one on purpose: bash and zsh put a
 * terminal right that a program left in disorder, and would hide just what is to be tested.
 */
export interface Shell extends Pty {
  /** Types a command line that starts a program, and gives the program's pid. */
  start(command: string): Promise<number>;
  /** Waits until no program is in the foreground: it ended or was stopped. */
  back(): Promise<void>;
  /** Runs a command, and gives what it wrote. */
  ask(command: string): Promise<string>;
}

export function openShell(options: PtyOptions = {}): Shell {
  const pty = openPty('/bin/sh', ['-i'], { ...options, env: { PS1: 'shell> ', ...options.env } });
  return {
    ...pty,
    start: async (command) => {
      const before = new Set(kernel.children(pty.pid));
      pty.press(command, 'enter');
      return eventually(`start of ${command}`, () => kernel.children(pty.pid).find((pid) => !before.has(pid)));
    },
    back: async () => {
      await eventually('the shell is back in the foreground', () => kernel.foregroundGroup(pty.pid) === pty.pid);
    },
    ask: async (command) => {
      const from = pty.raw().length;
      // The command as typed, which is echoed, holds no such answer.
      pty.press(`printf '<%s>' "$(${command})"`, 'enter');
      const answer = await eventually(`answer to ${command}`, () => /<([^%>]*)>/.exec(pty.raw().slice(from)));
      return answer[1] ?? '';
    },
  };
}
