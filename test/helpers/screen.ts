import { EventEmitter } from 'node:events';
import type { WriteStream } from 'node:tty';
import xterm from '@xterm/headless';
import { Observer } from '../../src/observer.ts';
import { DemoHost } from '../../src/source/demo/host.ts';
import type { Source } from '../../src/source/source.ts';
import { type AppState, initialState, type StateOptions } from '../../src/state/state.ts';
import { update } from '../../src/state/update.ts';
import { frame } from '../../src/view/frame.ts';
import { chart } from '../../src/view/panels/charts.ts';
import { type KeySource, Screen } from '../../src/view/screen.ts';
import { makeTheme, type Theme } from '../../src/view/theme.ts';

// Times of the day are local, and stand in snapshots.
process.env['TZ'] = 'UTC';

export const theme256 = makeTheme({ colors: 256, ascii: false, ground: 'dark' });
export const themePlain = makeTheme({ colors: 0, ascii: true, ground: 'unknown' });

export interface Size {
  readonly columns: number;
  readonly lines: number;
}

export function stateOf({ columns, lines }: Size, options: Partial<StateOptions> = {}): AppState {
  return initialState({
    columns,
    lines,
    delay: 2,
    readOnly: false,
    badge: null,
    hidden: [],
    ground: 'dark',
    arrangement: { sort: 'mem', reverse: false, filter: { text: '', user: null }, toggled: new Set() },
    ...options,
  });
}

/** The state after some readings of a source, without a clock. */
export async function watched(state: AppState, source: Source, readings: number): Promise<AppState> {
  const observer = new Observer(source, { memoryTotal: null });
  let next = state;
  for (let count = 0; count < readings; count++) {
    const model = await observer.observe({ memoryBudget: Number.POSITIVE_INFINITY, watch: new Set() });
    [next] = update(next, { type: 'model', model });
  }
  return next;
}

/** The demo after so many readings at intervals of 2 seconds: the same each time. */
export async function demoState(size: Size, readings = 40): Promise<AppState> {
  let now = Date.UTC(2026, 10, 23, 3);
  const host = new DemoHost({ seed: 1, now: () => now });
  const source: Source = {
    read: (hints) => {
      now += 2000;
      return host.source.read(hints);
    },
    close: () => host.source.close(),
  };
  return watched(stateOf(size), source, readings);
}

/** Presses keys by blessed's names. */
export function pressed(state: AppState, ...keys: readonly string[]): AppState {
  return keys.reduce((current, key) => {
    const character = [...key].length === 1 ? key : null;
    return update(current, { type: 'key', key, character })[0];
  }, state);
}

export interface Painted {
  /** As a terminal shows them, without trailing blanks. */
  readonly lines: readonly string[];
  /** What was sent to the terminal. */
  readonly raw: string;
}

/** Paints states one after the other on the real screen, over a terminal that is only pretended. */
export async function painted(states: readonly AppState[], theme: Theme = theme256): Promise<Painted> {
  const [first] = states;
  if (first === undefined) throw new Error('there is nothing to paint');
  const { columns, lines: rows } = first;
  let raw = '';
  const input = Object.assign(new EventEmitter(), {
    isTTY: true,
    isRaw: false,
    setRawMode: () => input,
    resume: () => input,
    pause: () => input,
  });
  const output = Object.assign(new EventEmitter(), {
    isTTY: true,
    columns,
    rows,
    writable: true,
    writableNeedDrain: false,
    write: (text: string | Uint8Array) => {
      raw += text.toString();
      return true;
    },
  });
  let loaded = () => {};
  const ready = new Promise<void>((done) => {
    loaded = done;
  });
  const events = { key: () => {}, mouse: () => {}, resize: () => {}, ready: () => loaded() };
  const screen = new Screen(
    {
      input: input as unknown as KeySource,
      output: output as unknown as WriteStream,
      terminal: 'xterm-256color',
      colors: theme.colors,
      ascii: theme.ascii,
      mouse: false,
      modern: true,
    },
    events,
  );
  for (const state of states) {
    const drawing = chart(state, theme);
    screen.paint(frame(state, theme), drawing);
    if (drawing === null) continue;
    await ready;
    screen.paint(frame(state, theme), drawing);
  }
  // blessed sends what it has gathered at the next tick.
  await new Promise((done) => setImmediate(done));
  const terminal = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true, scrollback: 0 });
  const sent = raw;
  await new Promise<void>((done) => terminal.write(sent, done));
  screen.close();
  const lines = Array.from(
    { length: rows },
    (_, line) => terminal.buffer.active.getLine(line)?.translateToString(true) ?? '',
  );
  return { lines, raw: sent };
}
