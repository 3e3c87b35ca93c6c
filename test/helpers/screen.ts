import { EventEmitter } from 'node:events';
import type { WriteStream } from 'node:tty';
import xterm from '@xterm/headless';
import { Observations } from '../../src/model/activity/observations.ts';
import { advise } from '../../src/model/advice/advice.ts';
import { History } from '../../src/model/history/history.ts';
import type { Model } from '../../src/model/model.ts';
import { Observer } from '../../src/observer.ts';
import { DemoHost } from '../../src/source/demo/host.ts';
import type { Source } from '../../src/source/source.ts';
import type { Action, Effect } from '../../src/state/action.ts';
import { type AppState, initialState, type StateOptions } from '../../src/state/state.ts';
import { update } from '../../src/state/update.ts';
import { frame } from '../../src/view/frame.ts';
import { plot } from '../../src/view/plot.ts';
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

/** A state, and the past that it is shown with. */
export interface Seen {
  readonly state: AppState;
  readonly history: History;
  readonly observations: Observations;
}

export function stateOf({ columns, lines }: Size, options: Partial<StateOptions> = {}): AppState {
  return initialState({
    columns,
    lines,
    settings: { delay: 2, theme: 'auto', confirm: 'never', mouse: false, hidden: [] },
    readOnly: false,
    badge: null,
    isOfFleet: false,
    replay: null,
    ground: 'dark',
    tuneWatch: 600,
    arrangement: { sort: 'mem', reverse: false, filter: { text: '', user: null }, toggled: new Set() },
    ...options,
  });
}

export function seenOf(size: Size, options: Partial<StateOptions> = {}): Seen {
  return { state: stateOf(size, options), history: new History(), observations: new Observations() };
}

/** What is seen once these have happened, one after the other. */
export function told({ state, history, observations }: Seen, ...actions: readonly Action[]): Seen {
  const next = actions.reduce((current, action) => {
    if (action.type === 'model') {
      history.record(action.model);
      observations.record(action.model);
    }
    return update(current, action, history)[0];
  }, state);
  return { state: next, history, observations };
}

/** What a key asks for. */
export function effectsOf({ state, history }: Seen, key: string): readonly Effect[] {
  return update(state, keyAction(key), history)[1];
}

/** What is seen after some readings of a source, without a clock. */
export async function watched(seen: Seen, source: Source, readings: number): Promise<Seen> {
  const observer = new Observer(source, { memoryTotal: null });
  let next = seen;
  for (let count = 0; count < readings; count++) {
    const model = await observer.observe({ memoryBudget: Number.POSITIVE_INFINITY, watch: new Set() });
    next = told(next, { type: 'model', model });
  }
  return next;
}

/** The demo as it is read every 2 seconds. It is the same each time, so its models are made once. */
class DemoReadings {
  readonly #models: Model[] = [];
  readonly #observer: Observer;
  #last: Promise<unknown> = Promise.resolve();

  constructor() {
    let now = Date.UTC(2026, 10, 23, 3);
    const host = new DemoHost({ seed: 1, now: () => now });
    const read: Source['read'] = (hints) => {
      now += 2000;
      return host.source.read(hints);
    };
    this.#observer = new Observer({ read, close: () => host.source.close() }, { memoryTotal: null });
  }

  /** The models of the first readings. */
  async first(count: number): Promise<readonly Model[]> {
    const made = this.#last.then(async () => {
      while (this.#models.length < count)
        this.#models.push(await this.#observer.observe({ memoryBudget: Number.POSITIVE_INFINITY, watch: new Set() }));
    });
    this.#last = made;
    await made;
    return this.#models.slice(0, count);
  }
}

const demo = new DemoReadings();

/** The demo after so many readings at intervals of 2 seconds: the same each time. */
export async function demoSeen(size: Size, readings = 40, options: Partial<StateOptions> = {}): Promise<Seen> {
  const models = await demo.first(readings);
  return told(seenOf(size, options), ...models.map((model) => ({ type: 'model', model }) as const));
}

/** With the advice that there is. */
export function advised(seen: Seen): Seen {
  const { model } = seen.state;
  return model === null ? seen : told(seen, { type: 'advice', advice: advise(model, seen.history) });
}

/** Presses keys by blessed's names. */
export function pressed(seen: Seen, ...keys: readonly string[]): Seen {
  return told(seen, ...keys.map(keyAction));
}

function keyAction(key: string): Action {
  return { type: 'key', key, character: [...key].length === 1 ? key : null };
}

/** The text of the lines that are drawn. */
export function linesOf(seen: Seen, theme: Theme = theme256): readonly string[] {
  return frame({ ...seen, theme }).map((line) => line.map(({ text }) => text).join(''));
}

export interface Painted {
  /** As a terminal shows them, without trailing blanks. */
  readonly lines: readonly string[];
  /** What was sent to the terminal. */
  readonly raw: string;
}

/** Paints states one after the other on the real screen, over a terminal that is only pretended. */
export async function painted(all: readonly Seen[], theme: Theme = theme256): Promise<Painted> {
  const [first] = all;
  if (first === undefined) throw new Error('there is nothing to paint');
  const { columns, lines: rows } = first.state;
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
  for (const seen of all) {
    const scene = { ...seen, theme };
    const drawing = plot(scene);
    screen.paint(frame(scene), drawing);
    if (drawing === null) continue;
    await ready;
    screen.paint(frame(scene), drawing);
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
