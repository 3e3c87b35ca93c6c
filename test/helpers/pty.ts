import { constants } from 'node:os';
import { type IPty, spawn } from '@lydell/node-pty';
import xterm, { type Terminal } from '@xterm/headless';

/** What keys send, by the names that people call them. */
export const KEYS = {
  up: '\x1b[A',
  down: '\x1b[B',
  right: '\x1b[C',
  left: '\x1b[D',
  home: '\x1b[H',
  end: '\x1b[F',
  pageUp: '\x1b[5~',
  pageDown: '\x1b[6~',
  enter: '\r',
  escape: '\x1b',
  backspace: '\x7f',
  tab: '\t',
  f1: '\x1bOP',
  f10: '\x1b[21~',
  'ctrl-c': '\x03',
  'ctrl-z': '\x1a',
} as const;

export interface PtyOptions {
  readonly cols?: number;
  readonly rows?: number;
  /** All of the environment, except PATH, HOME, LANG and TERM. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** TERM. */
  readonly term?: string;
}

export interface Exit {
  readonly code: number;
  /** Such as `SIGTERM`, when a signal ended it. */
  readonly signal: string | null;
}

/** Text, a pattern within one line, or a question about all visible lines. */
export type Expected = string | RegExp | ((lines: readonly string[]) => boolean);

/** A program in a real pseudo-terminal, whose output a real terminal emulator decodes. */
export interface Pty {
  readonly pid: number;
  readonly terminal: Terminal;
  /** What the program has sent so far, control sequences and all. */
  readonly raw: () => string;
  /** The visible lines, without trailing blanks. */
  lines(): readonly string[];
  text(): string;
  cursorVisible(): boolean;
  alternateScreen(): boolean;
  /** Types text, or keys of `KEYS`. */
  press(...keys: readonly string[]): void;
  /** Gives the visible lines once they are as expected. @param timeout seconds */
  waitFor(expected: Expected, timeout?: number): Promise<readonly string[]>;
  resize(cols: number, rows: number): void;
  /** Reads no more of what the program sends, as a terminal stopped by Ctrl-S, or a stalled connection. */
  stall(): void;
  /** Takes the terminal away, as when a connection is lost: the kernel tells its programs with SIGHUP. */
  hangUp(): void;
  /** Takes the terminal away and waits for the program's end, which is forced when it does not come. */
  close(): Promise<Exit>;
  readonly exit: Promise<Exit>;
}

function matches(expected: Expected, lines: readonly string[]): boolean {
  if (typeof expected === 'function') return expected(lines);
  return lines.some((line) => (typeof expected === 'string' ? line.includes(expected) : expected.test(line)));
}

const signalNames = new Map(Object.entries(constants.signals).map(([name, number]) => [number, name]));

export function openPty(command: string, args: readonly string[], options: PtyOptions = {}): Pty {
  const { cols = 80, rows = 24 } = options;
  const { PATH = '', HOME = '/' } = process.env;
  const child = spawn(command, [...args], {
    name: options.term ?? 'xterm-256color',
    cols,
    rows,
    cwd: options.cwd ?? process.cwd(),
    env: { PATH, HOME, LANG: 'C.UTF-8', ...options.env },
  });
  const terminal = new xterm.Terminal({ cols, rows, allowProposedApi: true, scrollback: 0 });

  let raw = '';
  let cursorVisible = true;
  const changed = new Set<() => void>();
  const cursorMode = (params: readonly (number | readonly number[])[], visible: boolean): false => {
    if (params.includes(25)) cursorVisible = visible;
    return false; // The emulator handles it as well.
  };
  terminal.parser.registerCsiHandler({ prefix: '?', final: 'h' }, (params) => cursorMode(params, true));
  terminal.parser.registerCsiHandler({ prefix: '?', final: 'l' }, (params) => cursorMode(params, false));
  // Answers to what the program asks of its terminal.
  terminal.onData((answer) => child.write(answer));
  child.onData((data) => {
    raw += data;
    terminal.write(data, () => {
      for (const check of changed) check();
    });
  });

  const exit = new Promise<Exit>((done) => {
    child.onExit(({ exitCode, signal }) => {
      // An empty write is answered after all before it was decoded.
      const name = signalNames.get(signal ?? 0) ?? null;
      terminal.write('', () => done({ code: exitCode, signal: name }));
    });
  });

  const lines = () =>
    Array.from({ length: terminal.rows }, (_, row) => {
      const buffer = terminal.buffer.active;
      return buffer.getLine(buffer.baseY + row)?.translateToString(true) ?? '';
    });
  const text = () => lines().join('\n');
  // Left out of the library's types: closes the master's side, and with it the terminal.
  const hangUp = () => (child as IPty & { destroy(): void }).destroy();

  return {
    pid: child.pid,
    terminal,
    raw: () => raw,
    lines,
    text,
    cursorVisible: () => cursorVisible,
    alternateScreen: () => terminal.buffer.active.type === 'alternate',
    press: (...keys) => {
      for (const key of keys) child.write(key in KEYS ? KEYS[key as keyof typeof KEYS] : key);
    },
    waitFor: (expected, timeout = 20) =>
      new Promise((resolve, reject) => {
        const check = () => {
          const now = lines();
          if (!matches(expected, now)) return;
          finish();
          resolve(now);
        };
        const fail = (why: string) => {
          finish();
          reject(new Error(`${why} while waiting for ${expected}; the screen:\n${text()}`));
        };
        const timer = setTimeout(() => fail(`${timeout} s passed`), timeout * 1000);
        const finish = () => {
          clearTimeout(timer);
          changed.delete(check);
        };
        changed.add(check);
        check();
        void exit.then(() => changed.has(check) && fail('the program ended'));
      }),
    resize: (newCols, newRows) => {
      terminal.resize(newCols, newRows);
      child.resize(newCols, newRows);
    },
    stall: () => child.pause(),
    hangUp,
    close: async () => {
      hangUp();
      const force = setTimeout(() => child.kill('SIGKILL'), 3000);
      return exit.finally(() => clearTimeout(force));
    },
    exit,
  };
}
