import type { Readable } from 'node:stream';
import type { WriteStream } from 'node:tty';
import blessed from 'blessed';
import { toAscii } from '../text/ascii.ts';
import { widthOf } from '../text/width.ts';
import { BrailleCanvas } from './braille.ts';
import { placed } from './placed.ts';
import type { Plot } from './plot.ts';
import { shorter } from './shorter.ts';
import { type Line, plain, type Style } from './style.ts';
import type { Colors } from './theme.ts';

export interface Mouse {
  readonly what: 'click' | 'wheel-up' | 'wheel-down';
  readonly column: number;
  readonly line: number;
}

/** Where keys come from. */
export interface KeySource extends Readable {
  setRawMode(raw: boolean): unknown;
}

export interface ScreenOptions {
  readonly input: KeySource;
  readonly output: WriteStream;
  /** `TERM`. */
  readonly terminal: string;
  readonly colors: Colors;
  readonly ascii: boolean;
  readonly mouse: boolean;
  /** Whether the terminal ignores modes that it does not know. */
  readonly modern: boolean;
}

export interface ScreenEvents {
  /** `key` is blessed's full name; `character` is what the key types, or null. */
  key(key: string, character: string | null): void;
  mouse(mouse: Mouse): void;
  resize(): void;
  /** The canvas has been loaded: paint again. */
  ready(): void;
}

/** A cell: how it looks, by `attribute`, and what stands in it; the right half of a wide character is empty. */
type Cell = [attribute: number, character: string];

/** Members of blessed that are private, or missing in its types. */
interface Internals {
  lines: (Cell[] & { dirty: boolean })[];
  olines: Cell[][];
  alloc(): void;
  realloc(): void;
  draw(from: number, to: number): void;
  enter(): void;
  leave(): void;
  /** Whether `leave` gives the mouse back; blessed sets it for its own widgets only. */
  _listenedMouse: boolean;
  readonly tput: { brokenACS: boolean; colors: number };
  readonly program: {
    on(
      event: 'keypress',
      listener: (character: string | undefined, key: { full: string; ctrl?: boolean; meta?: boolean }) => void,
    ): void;
    on(event: 'mouse', listener: (event: { action: string; x: number; y: number }) => void): void;
    enableMouse(): void;
    disableMouse(): void;
    flush(): void;
    input: KeySource;
    _write(text: string): boolean;
  };
}

/** Terminals that know mode 2026 show nothing of an update before its end; others ignore it. */
const BEGIN_UPDATE = '\x1b[?2026h';
const END_UPDATE = '\x1b[?2026l';

/** Bytes. A smaller update reaches the terminal at once anyway. */
const LARGE_UPDATE = 512;

const mouseActions: Readonly<Record<string, Mouse['what']>> = {
  mousedown: 'click',
  wheelup: 'wheel-up',
  wheeldown: 'wheel-down',
};

const USUAL_SIZE = { columns: 80, rows: 24 } as const;

const DEFAULT_COLOR = 0x1ff;
const BOLD = 1;
const UNDERLINE = 2;
const INVERSE = 8;

/** A cursor movement directly followed by another: blessed goes to the start of a line first. */
const superseded = /\p{Cc}\[\d+;\d+H(?=\p{Cc}\[\d+;\d+H)/gu;

function isSameLine(a: Line, b: Line): boolean {
  return (
    a === b ||
    (a.length === b.length && a.every(({ text, style }, at) => text === b[at]?.text && style === b[at].style))
  );
}

/** A serial console does not know its size and reports 0×0. Like curses, assume the usual size. */
function assumeSize(output: WriteStream): void {
  output.columns ||= USUAL_SIZE.columns;
  output.rows ||= USUAL_SIZE.rows;
}

/** blessed packs a style into one number: flags, foreground and background, nine bits each. */
function attributeOf({ fg = DEFAULT_COLOR, bg = DEFAULT_COLOR, bold, underline, inverse }: Style): number {
  const flags = (bold ? BOLD : 0) | (underline ? UNDERLINE : 0) | (inverse ? INVERSE : 0);
  return (flags << 18) | (fg << 9) | bg;
}

/**
 * The terminal. Lines are written straight into blessed's cells, which sends what differs: its widgets would
 * parse and lay out all text anew at every repaint.
 */
export class Screen {
  readonly #output: WriteStream;
  readonly #ascii: boolean;
  #mouse = false;
  readonly #modern: boolean;
  readonly #screen: ReturnType<typeof blessed.screen>;
  readonly #internals: Internals;
  readonly #attributes = new WeakMap<Style, number>();
  readonly #canvas: BrailleCanvas;
  #away = false;
  /** The line that each row of cells was made of. */
  #painted: (Line | undefined)[] = [];
  #hadPlot = false;
  /** The cells last painted. blessed makes new ones when the size changes, and for a full redraw. */
  #rows: Internals['lines'] | null = null;

  constructor({ input, output, terminal, colors, ascii, mouse, modern }: ScreenOptions, events: ScreenEvents) {
    this.#output = output;
    this.#ascii = ascii;
    this.#modern = modern;
    // Before blessed's own listener: for it, no size is one column and one line.
    assumeSize(output);
    output.on('resize', () => assumeSize(output));
    this.#screen = blessed.screen({
      // The type asks for Node's own terminal stream; only its modes are used.
      input: input as NodeJS.ReadStream,
      output,
      // blessed cannot read ncurses' newer files (magic 0x21e), and takes tmux and screen for 8 colours without them.
      terminal: terminal.endsWith('-256color') ? 'xterm-256color' : terminal,
      forceUnicode: !ascii,
      fullUnicode: false,
      resizeTimeout: 20,
    });
    this.#internals = this.#screen as unknown as Internals;
    const { program, tput } = this.#internals;
    // Line drawing by an alternate character set: not needed with Unicode, and not wanted in ASCII.
    tput.brokenACS = true;
    // Styles have no more colours than the terminal: blessed would fold them once more, and 8 becomes black.
    tput.colors = colors;
    program.on('keypress', (character, key) => {
      // Enter comes as both `return` and `enter`.
      if (key.full === 'return' || key.full === undefined) return;
      const types = character !== undefined && !key.ctrl && !key.meta && [...character].length === 1;
      events.key(key.full, types ? character : null);
    });
    program.on('mouse', ({ action, x, y }) => {
      const what = mouseActions[action];
      if (what !== undefined) events.mouse({ what, column: x, line: y });
    });
    if (mouse) this.setMouse(true);
    this.#canvas = new BrailleCanvas(this.#screen, () => events.ready());
    this.#screen.on('resize', () => events.resize());
  }

  get columns(): number {
    return this.#output.columns;
  }

  get lines(): number {
    return this.#output.rows;
  }

  /** Shows lines and sends only the changes. Does nothing while the terminal has not taken the last output. */
  paint(lines: readonly Line[], plot: Plot | null = null): void {
    if (this.#away || this.#output.writableNeedDrain) return;
    const rows = this.#internals.lines;
    // Draw it first, because it clears its former place.
    const plotted = plot !== null && this.#canvas.draw(plot) ? plot : null;
    if (plot === null) this.#canvas.hide();
    // The canvas writes into cells by itself.
    if (plotted !== null || this.#hadPlot || rows !== this.#rows) this.#painted = [];
    this.#hadPlot = plotted !== null;
    this.#rows = rows;
    rows.forEach((cells, y) => {
      const hole = plotted !== null && y >= plotted.top && y < plotted.top + plotted.lines ? plotted : null;
      const line = lines[y] ?? [];
      const before = this.#painted[y];
      if (before !== undefined && isSameLine(line, before)) return;
      this.#painted[y] = line;
      if (this.#put(line, y, cells, this.#internals.olines[y], hole) || hole !== null) cells.dirty = true;
    });
    this.#painted.length = rows.length;
    this.#send();
  }

  /** Sends what has changed, as one update. */
  #send(): void {
    const { program, lines } = this.#internals;
    const write = program._write;
    let text = '';
    program._write = (part) => {
      text += part;
      return true;
    };
    try {
      this.#internals.draw(0, lines.length - 1);
    } finally {
      program._write = write;
    }
    if (text === '') return;
    const short = shorter(text.replace(superseded, ''), this.columns);
    const whole = this.#modern && short.length >= LARGE_UPDATE ? BEGIN_UPDATE + short + END_UPDATE : short;
    program._write(whole);
  }

  /** Sends the whole screen at the next paint, over what another program wrote. */
  redraw(): void {
    this.#internals.realloc();
  }

  /** Gives the terminal back for a while, as it was found. */
  suspend(): void {
    this.#away = true;
    this.#internals.leave();
    this.#internals.program.input.setRawMode(false);
    this.#internals.program.input.pause();
  }

  resume(): void {
    this.#internals.program.input.setRawMode(true);
    this.#internals.program.input.resume();
    this.#internals.enter();
    if (this.#mouse) this.#internals.program.enableMouse();
    this.#away = false;
    this.redraw();
  }

  /** Whether clicks and the wheel are ours; text is then selected with Shift. */
  setMouse(on: boolean): void {
    if (on === this.#mouse) return;
    this.#mouse = on;
    this.#internals._listenedMouse = on;
    if (on) this.#internals.program.enableMouse();
    else this.#internals.program.disableMouse();
  }

  /** Gives the terminal's clipboard a text: OSC 52 of xterm's ctlseqs, which terminals may refuse. */
  copy(text: string): void {
    this.#internals.program._write(`\x1b]52;c;${Buffer.from(text).toString('base64')}\x07`);
  }

  /** Gives the terminal back for good. */
  close(): void {
    this.#screen.destroy();
  }

  /** Writes a line into its cells, except for those of a hole. @returns whether any of them has changed */
  #put(line: Line, y: number, cells: Cell[], before: Cell[] | undefined, hole: Plot | null): boolean {
    let changed = false;
    let x = 0;
    const set = (attribute: number, character: string) => {
      const cell = cells[x];
      const isHole = hole !== null && x >= hole.left && x < hole.left + hole.columns;
      x += 1;
      if (isHole) return false;
      if (cell === undefined || (cell[0] === attribute && cell[1] === character)) return false;
      cell[0] = attribute;
      cell[1] = character;
      changed = true;
      return true;
    };
    for (const { text, style } of line) {
      const attribute = this.#attribute(style);
      for (const character of this.#ascii ? toAscii(text) : text) {
        const columns = widthOf(character);
        const shown = placed(character, x, y, columns);
        if (columns === 1) set(attribute, shown);
        else if (x + 1 < cells.length) {
          const moved = set(attribute, shown);
          const right = before?.[x];
          // blessed skips cells that are as they were, and would count the right half twice.
          if (moved && right) right[1] = '\0';
          set(attribute, '');
        }
      }
    }
    const blank = this.#attribute(plain);
    while (x < cells.length) set(blank, ' ');
    return changed;
  }

  #attribute(style: Style): number {
    let attribute = this.#attributes.get(style);
    if (attribute === undefined) {
      attribute = attributeOf(style);
      this.#attributes.set(style, attribute);
    }
    return attribute;
  }
}
