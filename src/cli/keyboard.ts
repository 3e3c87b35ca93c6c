import { openSync } from 'node:fs';
import { PassThrough } from 'node:stream';
import { ReadStream } from 'node:tty';
import type { Ground } from '../state/settings.ts';

/** Asks the terminal for its background colour: OSC 11 of xterm's ctlseqs. */
export const GROUND_QUESTION = '\x1b]11;?\x1b\\';

// biome-ignore lint/suspicious/noControlCharactersInRegex: it looks for escape sequences
const answer = /\x1b\]11;rgba?:([\da-f]{1,4})\/([\da-f]{1,4})\/([\da-f]{1,4})(?:\/[\da-f]{1,4})?(?:\x07|\x1b\\)/i;
// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what is looked for
const beginning = /\x1b\](?:1(?:1(?:;[rgba:/\da-f]{0,40}\x1b?)?)?)?$/i;

/** Removes the terminal's answer from typed text, whenever and in however many pieces it arrives. */
export class AnswerFilter {
  readonly #answered: (ground: Ground) => void;
  #held = '';

  constructor(answered: (ground: Ground) => void) {
    this.#answered = answered;
  }

  /**
   * @param text bytes as Latin-1
   * @returns the typed text
   */
  feed(text: string): string {
    let rest = this.#held + text;
    this.#held = '';
    for (let match = answer.exec(rest); match !== null; match = answer.exec(rest)) {
      rest = rest.slice(0, match.index) + rest.slice(match.index + match[0].length);
      this.#answered(groundOf(match.slice(1, 4)));
    }
    const start = rest.search(beginning);
    if (start < 0) return rest;
    this.#held = rest.slice(start);
    return rest.slice(0, start);
  }
}

/** Light if black contrasts better with it than white: relative luminance of WCAG 2.1. */
function groundOf(channels: readonly string[]): Ground {
  const [red = 0, green = 0, blue = 0] = channels.map((hex) =>
    linear(Number.parseInt(hex, 16) / (16 ** hex.length - 1)),
  );
  const luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  return luminance > 0.179 ? 'light' : 'dark';
}

function linear(value: number): number {
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
}

/** Keys typed at the terminal, without the terminal's answers. */
export class Keyboard extends PassThrough {
  readonly isTTY = true;
  readonly #terminal: ReadStream;

  /** @throws Error if there is no terminal */
  constructor(answered: (ground: Ground) => void) {
    super();
    this.#terminal = openTerminal();
    const filter = new AnswerFilter(answered);
    this.#terminal.on('data', (data: Buffer) => {
      const keys = filter.feed(data.toString('latin1'));
      if (keys !== '') this.write(Buffer.from(keys, 'latin1'));
    });
  }

  get isRaw(): boolean {
    return this.#terminal.isRaw;
  }

  setRawMode(raw: boolean): this {
    this.#terminal.setRawMode(raw);
    return this;
  }

  override pause(): this {
    this.#terminal.pause();
    return super.pause();
  }

  override resume(): this {
    this.#terminal.resume();
    return super.resume();
  }
}

/** Opens the terminal itself if something is piped into stdin. */
function openTerminal(): ReadStream {
  if (process.stdin.isTTY) return process.stdin;
  try {
    return new ReadStream(openSync('/dev/tty', 'r'));
  } catch {
    throw new Error('there is no terminal to read keys from: workertop list works without one');
  }
}
