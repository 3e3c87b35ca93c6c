import { describe, expect, it } from 'vitest';
import { openDashboard } from '../helpers/dashboard.ts';
import { openPty, type Pty, type PtyOptions } from '../helpers/pty.ts';
import { workertopCommand } from '../helpers/workertop.ts';

interface Kind extends PtyOptions {
  readonly called: string;
  readonly args?: readonly string[];
  /** Colours that may be sent at most. */
  readonly colors: 0 | 8 | 256;
  readonly ascii: boolean;
}

const kinds: readonly Kind[] = [
  { called: 'xterm-256color', term: 'xterm-256color', colors: 256, ascii: false },
  { called: 'screen-256color', term: 'screen-256color', colors: 256, ascii: false },
  { called: 'tmux-256color', term: 'tmux-256color', colors: 256, ascii: false },
  { called: 'xterm', term: 'xterm', colors: 8, ascii: false },
  { called: 'linux', term: 'linux', colors: 8, ascii: true },
  { called: 'vt100', term: 'vt100', colors: 0, ascii: true },
  { called: 'a terminal that nobody knows', term: 'nonesuch', colors: 8, ascii: false },
  { called: 'NO_COLOR', env: { NO_COLOR: '1' }, colors: 0, ascii: false },
  { called: '--no-color', args: ['--no-color'], colors: 0, ascii: false },
  { called: '--ascii', args: ['--ascii'], colors: 256, ascii: true },
  { called: 'LANG=C', env: { LANG: 'C' }, colors: 256, ascii: true },
];

/** Each panel by the keys to it, and what is seen once it is open. */
const panels: readonly (readonly [keys: readonly string[], seen: RegExp])[] = [
  [['?'], / Keys /],
  [['s'], / Sort by /],
  [['a'], / Advice/],
  [['t'], / Memory, last 10 min/],
  [['l'], / Session log /],
  [['enter'], / memory /],
  [['A', '5', '0', 'enter'], / Fit to 50 %/],
  [['\x1bOQ'], / Settings /],
  [['home', 'right', 'down', 'down', '\x1b[20~'], /: actions /],
];

/** Lines of the first reading and of the last key: what stands between them has changed as a whole. */
const isWhole = (lines: readonly string[]) =>
  /^ workertop {2}DEMO/.test(lines[0] ?? '') && /\b(?:quit|close|cancel|no) *$/.test(lines.at(-1) ?? '');

/** The keys are the last to be drawn: those of a panel are there once all of it is. */
const hasPanel = (lines: readonly string[]) => isWhole(lines) && !/\bquit *$/.test(lines.at(-1) ?? '');

function expectSound(pty: Pty, { colors, ascii }: Kind): void {
  const { active } = pty.terminal.buffer;
  const wrapped = pty.lines().filter((_, row) => active.getLine(active.baseY + row)?.isWrapped);
  expect(wrapped).toEqual([]);
  const raw = pty.raw();
  // What a terminal description left unfilled, or a program's own objects: nothing of it is meant to be seen.
  expect(pty.text()).not.toMatch(/%[pidcgP?;{]|\[object|undefined|NaN|�/);
  if (ascii) expect(raw).toMatch(/^[\0-\x7f]*$/);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what is looked for
  const set = [...raw.matchAll(/\x1b\[([\d;]*)m/g)].map(([, parameters = '']) => parameters);
  if (colors < 256) expect(set.filter((parameters) => /(?:^|;)[34]8;5;/.test(parameters))).toEqual([]);
  if (colors === 0)
    expect(set.filter((parameters) => /(?:^|;)(?:[34][0-7]|9[0-7]|10[0-7])(?:;|$)/.test(parameters))).toEqual([]);
}

/** A panel, large or small, the edges of which stand one below the other. */
function isFramed(lines: readonly string[]): boolean {
  const top = lines.findIndex((line) => /[┌+][─-] \S.*[─-][┐+]/.test(line));
  const first = lines[top] ?? '';
  const [left, right] = [first.search(/[┌+][─-] /), first.search(/[─-][┐+](?![─+-])/) + 1];
  const bottom = lines.findIndex((line, index) => index > top && /[└+]/.test(line[left] ?? ''));
  if (top < 2 || bottom < 0 || right <= left) return false;
  return lines.slice(top + 1, bottom).every((line) => /[│|]/.test(line[left] ?? '') && /[│|]/.test(line[right] ?? ''));
}

describe.each(kinds)('in $called', (kind) => {
  it('all panels are as they should be, at any size', async () => {
    const [node, cli] = workertopCommand();
    const pty = openPty(node, [cli, 'demo', ...(kind.args ?? [])], { ...kind, cols: 80, rows: 24 });
    await pty.waitFor((lines) => isWhole(lines) && lines.some((line) => line.includes('project2')));
    expectSound(pty, kind);
    for (const [cols, rows] of [
      [80, 24],
      [60, 15],
      [200, 60],
    ] as const) {
      pty.resize(cols, rows);
      // The rule above the message goes from edge to edge.
      await pty.waitFor(
        (lines) => isWhole(lines) && lines.some((line) => /^[─-] .*[─-]$/.test(line) && line.length === cols),
      );
      for (const [keys, seen] of panels) {
        for (const key of keys) pty.press(key);
        await pty
          .waitFor((lines) => hasPanel(lines) && isFramed(lines) && lines.some((line) => seen.test(line)))
          .catch((error: Error) => {
            throw new Error(`after ${JSON.stringify(keys)} at ${cols}×${rows}: ${error.message}`);
          });
        expectSound(pty, kind);
        pty.press('escape');
        await pty.waitFor((lines) => isWhole(lines) && /\bquit *$/.test(lines.at(-1) ?? ''));
      }
    }
    pty.press('q');
    expect(await pty.exit).toEqual({ code: 0, signal: null });
    // Some have no second screen to come back from: what is typed next stands below what was drawn.
    const { cursorX, cursorY } = pty.terminal.buffer.active;
    const left = pty.lines().findLastIndex((line) => line !== '');
    expect({ cursorX, below: cursorY > left || left < 0 }).toEqual({ cursorX: 0, below: true });
  });
});

describe('live resize', () => {
  it.each([
    ['no panel'],
    ['history', 't'],
    ['help', '?'],
    ['details', 'enter'],
    ['advice', 'a'],
    ['the action menu', 's'],
    ['a question', '-'],
  ])('from 60×15 to 300×100 and back, with %s open', async (_, ...keys) => {
    const pty = await openDashboard(['demo'], { cols: 60, rows: 15 });
    await pty.waitFor(/project2/);
    pty.press(...keys);
    for (const [cols, rows] of [
      [300, 100],
      [61, 16],
      [120, 40],
      [60, 15],
      [80, 24],
      [300, 100],
    ] as const) {
      pty.resize(cols, rows);
      await pty.waitFor((lines) => isWhole(lines) && (keys.length === 0 || isFramed(lines)));
      expect(pty.lines().some((_, row) => pty.terminal.buffer.active.getLine(row)?.isWrapped)).toBe(false);
    }
    await pty.close();
  });

  it('says so where there is no room, and comes back', async () => {
    const pty = await openDashboard(['demo'], { cols: 80, rows: 24 });
    for (const [cols, rows, said] of [
      [39, 24, ['workertop: 39×24 is too small, q quits']],
      [80, 7, ['workertop: 80×7 is too small, q quits']],
      [12, 3, ['workertop:', '12×3 is too', 'small, q']],
    ] as const) {
      pty.resize(cols, rows);
      await pty.waitFor((lines) => lines.every((line, at) => line === (said[at] ?? '')));
      pty.resize(80, 24);
      await pty.waitFor((lines) => isWhole(lines) && lines.some((line) => line.includes('project2')));
    }
    pty.resize(20, 5);
    pty.press('q');
    expect((await pty.exit).code).toBe(0);
  });

  it('draws all anew when the terminal was made smaller and as large again at once', async () => {
    const pty = await openDashboard(['demo', '--delay', '60'], { cols: 80, rows: 24 });
    await pty.waitFor((lines) => isWhole(lines) && lines.some((line) => line.includes('project2')));
    pty.resize(1, 1);
    pty.resize(80, 24);
    await pty.waitFor((lines) => isWhole(lines) && lines.some((line) => line.includes('project2')));
    await pty.close();
  });
});

describe('a terminal', () => {
  const [node, cli] = workertopCommand();

  it('that does not know its size is taken for one of 80×24', async () => {
    const pty = openPty('sh', ['-c', `stty rows 0 cols 0; exec ${node} ${cli} demo`], { cols: 80, rows: 24 });
    await pty.waitFor((lines) => isWhole(lines) && lines.some((line) => line.includes('project2')));
    pty.press('q');
    expect((await pty.exit).code).toBe(0);
  });

  it('that is dumb gets the list, and not one escape sequence', async () => {
    const pty = openPty(node, [cli, 'demo'], { cols: 80, rows: 24, term: 'dumb', env: { COLUMNS: '80' } });
    expect((await pty.exit).code).toBe(0);
    expect(pty.raw()).toContain('PROJECT / PROCESS');
    expect(pty.raw()).not.toContain('\x1b');
    expect(
      Math.max(
        ...pty
          .raw()
          .split(/\r?\n/)
          .map((line) => line.length),
      ),
    ).toBeLessThanOrEqual(80);
  });
});
