import { openSync, readSync } from 'node:fs';
import { suspendJob } from '../control/kill.ts';
import type { Action, MouseEvent } from '../state/action.ts';
import type { Ground } from '../state/settings.ts';
import { type Mouse, Screen } from '../view/screen.ts';
import type { ThemeOptions } from '../view/theme.ts';
import { GROUND_QUESTION, Keyboard } from './keyboard.ts';
import type { Settings } from './settings.ts';
import { terminalTraits } from './terminal.ts';

/** Seconds between two checks whether the terminal still belongs to this job. */
const FOREGROUND_CHECK = 1;

/** Exit codes for signals: 128 plus the signal's number. */
const endings = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129, SIGQUIT: 131 } as const;

/** What has the screen and the keys. */
export interface Front {
  dispatch(action: Extract<Action, { readonly type: 'key' | 'resize' | 'ground' }>): void;
  /** A mouse event at a column and line of the screen. */
  pointed(what: MouseEvent, column: number, line: number): void;
  repaint(): void;
  /** Draws the whole screen anew, whatever the terminal shows. */
  redraw(): void;
  /** Whether the screen is laid out for this size. */
  fits(columns: number, lines: number): boolean;
  suspend(): void;
  end(code: number): void;
}

/** This process's terminal while something is drawn on it. It is restored on every exit. */
export class TerminalSession {
  readonly screen: Screen;
  readonly terminal: Pick<ThemeOptions, 'colors' | 'ascii'>;
  #ground: Ground;
  #front: Front | null = null;
  readonly #foreground: NodeJS.Timeout;

  /** @throws Error without a terminal */
  constructor({ color, ascii, mouse }: Pick<Settings, 'color' | 'ascii' | 'mouse'>) {
    const traits = terminalTraits(process.env);
    const colors = color ? traits.colors : 0;
    this.terminal = { colors, ascii: ascii || traits.ascii };
    this.#ground = traits.ground;
    const output = process.stdout;
    neverBlock(output);
    const input = new Keyboard((ground) => {
      this.#ground = ground;
      this.#front?.dispatch({ type: 'ground', ground });
    });
    const clicks = new Clicks();
    const screen = new Screen(
      { input, output, terminal: traits.name, ...this.terminal, mouse, modern: traits.answers },
      {
        key: (key, character) => this.#front?.dispatch({ type: 'key', key, character }),
        mouse: ({ what, column, line }) => this.#front?.pointed(clicks.kindOf(what, column, line), column, line),
        resize: () => this.#front?.dispatch({ type: 'resize', columns: screen.columns, lines: screen.lines }),
        ready: () => this.#front?.repaint(),
      },
    );
    this.screen = screen;
    const lost = () => this.#front?.end(endings.SIGHUP);
    for (const [signal, code] of Object.entries(endings)) process.on(signal, () => this.#front?.end(code));
    process.stderr.on('error', lost);
    process.on('SIGTSTP', this.#suspended);
    // A terminal that was resized and back, faster than its size was checked, has lost its content.
    process.on('SIGWINCH', () => {
      if (this.#front?.fits(screen.columns, screen.lines)) this.#front.redraw();
    });
    // The terminal has gone away.
    output.on('error', lost);
    process.stdin.on('error', lost).on('end', lost);
    let inBackground = false;
    this.#foreground = setInterval(() => {
      const before = inBackground;
      inBackground = isInBackground();
      if (before && inBackground) lost();
    }, FOREGROUND_CHECK * 1000);
    if (traits.answers && colors > 0) output.write(GROUND_QUESTION);
  }

  /** The terminal's background, as far as it has been told. */
  get ground(): Ground {
    return this.#ground;
  }

  /** Gives the screen and the keys to this. */
  show(front: Front): void {
    this.#front = front;
  }

  /** Stops this process as Ctrl-Z does. Returns after it was continued. */
  readonly suspend = (): void => {
    process.off('SIGTSTP', this.#suspended);
    // Stop the whole job, as the terminal itself would: `npm start` waits for us.
    suspendJob();
    process.on('SIGTSTP', this.#suspended);
  };

  /** Gives the terminal back. */
  close(): void {
    clearInterval(this.#foreground);
    this.screen.close();
  }

  readonly #suspended = (): void => this.#front?.suspend();
}

/**
 * Makes writes to the terminal non-blocking. Node blocks in write(2) if a terminal is not read (Ctrl-S, a stalled
 * connection), and then ignores SIGTERM. This way output waits in a buffer, and the screen skips frames.
 */
function neverBlock(output: NodeJS.WriteStream): void {
  const { _handle: handle } = output as { readonly _handle?: { setBlocking?(blocking: boolean): void } };
  handle?.setBlocking?.(false);
}

/**
 * Whether another job has the terminal. The kernel stops a background program that writes to it, but not one whose
 * parent was killed (an orphaned process group, setpgid(2)): that one would paint over the shell and never receive a
 * key.
 */
function isInBackground(): boolean {
  if (process.platform !== 'linux') return false;
  // It is read each second: an open descriptor saves half a millisecond.
  ownStat ??= openSync('/proc/self/stat', 'r');
  // proc_pid_stat(5): pgrp is the fifth field, tpgid the eighth.
  const stat = statBuffer.toString('latin1', 0, readSync(ownStat, statBuffer, 0, statBuffer.length, 0));
  const [, , group, , , foreground] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(foreground) > 0 && foreground !== group;
}

const statBuffer = Buffer.alloc(1024);
let ownStat: number | null = null;

/** Two clicks at one place within this many milliseconds are a double click. */
const DOUBLE_CLICK = 400;

/** Tells double clicks from single ones. */
class Clicks {
  #last = { column: -1, line: -1, at: 0 };

  kindOf(what: Mouse['what'], column: number, line: number): MouseEvent {
    if (what !== 'click') return what;
    const at = performance.now();
    const last = this.#last;
    const isSecond = last.column === column && last.line === line && at - last.at < DOUBLE_CLICK;
    this.#last = { column, line, at: isSecond ? 0 : at };
    return isSecond ? 'double-click' : 'click';
  }
}
