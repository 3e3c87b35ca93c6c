import xterm from '@xterm/headless';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { shorter } from '../../src/view/shorter.ts';

const COLUMNS = 12;
const LINES = 6;

/** What a terminal shows after some output: characters and colours. */
async function shown(output: string): Promise<readonly string[]> {
  const terminal = new xterm.Terminal({ cols: COLUMNS, rows: LINES, allowProposedApi: true, scrollback: 0 });
  await new Promise<void>((done) => terminal.write(output, done));
  return Array.from({ length: LINES }, (_, y) => {
    const line = terminal.buffer.active.getLine(y);
    return Array.from({ length: COLUMNS }, (_, x) => {
      const cell = line?.getCell(x);
      return `${cell?.getChars() || ' '}${cell?.getFgColor()},${cell?.isBold()}`;
    }).join('|');
  });
}

const place = fc.record({ line: fc.integer({ min: 1, max: LINES }), column: fc.integer({ min: 1, max: COLUMNS }) });
const text = fc.oneof(
  fc.string({ unit: fc.constantFrom(...'0123 .%GM'), maxLength: 5 }),
  fc.constantFrom('▏', '█▌', '漢', '…', '\x1b[38;5;243m7\x1b[m', '\x1b[1m88', '\x1b[m', '\x1b[2C9'),
);
const update = fc
  .array(fc.tuple(place, fc.option(fc.integer({ min: 0, max: 3 })), text), { maxLength: 12 })
  .map((parts) =>
    parts
      .map(([{ line, column }, right, written]) => {
        const move = right === null ? '' : `\x1b[${right === 0 ? '' : right}C`;
        return `\x1b[${line};${column}H${move}${written}`;
      })
      .join(''),
  );

describe('shorter output', () => {
  test('shows the same', async () => {
    await fc.assert(
      fc.asyncProperty(update, async (output) => {
        expect(await shown(shorter(output, COLUMNS))).toEqual(await shown(output));
      }),
      { numRuns: 100 },
    );
  });

  test('steps down to figures below each other', () => {
    expect(shorter('\x1b[3;8H12\x1b[4;8H34\x1b[5;9H5', 80)).toBe('\x1b[3;8H12\x1b[B\b\b34\x1b[B\b5');
  });

  test('names the place where the last column was written', () => {
    expect(shorter('\x1b[3;80H1\x1b[4;80H2', 80)).toBe('\x1b[3;80H1\x1b[4;80H2');
  });
});
