import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AnswerFilter } from '../../src/cli/keyboard.ts';
import { terminalTraits } from '../../src/cli/terminal.ts';
import { maxColors } from '../../src/cli/terminfo.ts';

let folder: string;

/** A compiled description by term(5), with so many colours. */
function description(colors: number, wide = false): Buffer {
  const names = Buffer.from('nonesuch|a terminal\0', 'latin1');
  const numbers = Array.from({ length: 14 }, (_, index) => (index === 13 ? colors : -1));
  const header = Buffer.alloc(12);
  [wide ? 0o1036 : 0o432, names.length, 0, numbers.length, 0, 0].forEach((value, index) => {
    header.writeUInt16LE(value, index * 2);
  });
  const size = wide ? 4 : 2;
  const pad = Buffer.alloc(names.length % 2);
  const body = Buffer.alloc(numbers.length * size);
  numbers.forEach((value, index) => {
    body.writeIntLE(value, index * size, size);
  });
  return Buffer.concat([header, names, pad, body]);
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'workertop-terminfo-'));
  mkdirSync(join(folder, 'n'));
  for (const colors of [-1, 8, 16, 88, 256]) writeFileSync(join(folder, 'n', `n${colors}`), description(colors));
});
afterAll(() => rmSync(folder, { recursive: true }));

const colorsOf = (environment: NodeJS.ProcessEnv) => terminalTraits({ TERMINFO: folder, ...environment }).colors;

describe('the colours of a terminal', () => {
  it.each([
    [-1, 0],
    [8, 8],
    [16, 16],
    [88, 16],
    [256, 256],
  ])('with %i in its description are %i', (described, colors) => {
    expect(colorsOf({ TERM: `n${described}` })).toBe(colors);
  });

  it.each([
    [{ TERM: 'nonesuch' }, 8],
    [{ TERM: 'nonesuch-256color' }, 256],
    [{ TERM: 'n8', COLORTERM: 'truecolor' }, 256],
    [{ TERM: 'n8', COLORTERM: 'rxvt' }, 8],
    [{ TERM: 'n-1', COLORTERM: 'truecolor' }, 0],
    [{ TERM: 'n256', NO_COLOR: '1' }, 0],
    [{ TERM: '../../../etc/passwd' }, 8],
    [{ TERM: '' }, 8],
  ])('by %o are %i', (environment, colors) => {
    expect(colorsOf(environment)).toBe(colors);
  });

  it('are read of descriptions with wide numbers too, and of nothing else', () => {
    expect(maxColors(description(256, true))).toBe(256);
    const whole = description(256);
    for (let length = 0; length < whole.length; length++) expect(maxColors(whole.subarray(0, length))).toBeNull();
    expect(maxColors(Buffer.from('a text that is no description of a terminal'))).toBeNull();
  });
});

describe('the ground of a terminal', () => {
  it.each([
    ['15;0', 'dark'],
    ['0;15', 'light'],
    ['0;default;15', 'light'],
    ['7;8', 'dark'],
    ['0;7', 'light'],
    ['0;default', 'unknown'],
    [undefined, 'unknown'],
    ['99', 'unknown'],
  ])('by COLORFGBG=%s is %s', (COLORFGBG, ground) => {
    expect(terminalTraits({ TERM: 'xterm', ...(COLORFGBG === undefined ? {} : { COLORFGBG }) }).ground).toBe(ground);
  });

  it.each([
    ['\x1b]11;rgb:0000/0000/0000\x1b\\', 'dark'],
    ['\x1b]11;rgb:ffff/ffff/ffff\x07', 'light'],
    ['\x1b]11;rgb:fd/f6/e3\x07', 'light'],
    ['\x1b]11;rgba:0000/2b2b/3636/ffff\x1b\\', 'dark'],
  ])('is told by the answer %j, of which nothing counts as typed, in however many pieces', (answer, ground) => {
    const text = `j${answer}k\x1b[A`;
    for (let at = 1; at < text.length; at++) {
      // A lone Escape is a key.
      if (text[at - 1] === '\x1b') continue;
      const told: string[] = [];
      const filter = new AnswerFilter((found) => told.push(found));
      const typed = filter.feed(text.slice(0, at)) + filter.feed(text.slice(at));
      expect({ typed, told }).toEqual({ typed: 'jk\x1b[A', told: [ground] });
    }
  });

  it('takes no key for an answer', () => {
    const filter = new AnswerFilter(() => expect.unreachable());
    for (const keys of ['\x1b', '\x1b[A', ']11;rgb', '\x1bOP', '\x1b]x', 'é日']) expect(filter.feed(keys)).toBe(keys);
  });
});
