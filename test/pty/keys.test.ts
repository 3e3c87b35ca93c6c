import { afterEach, beforeEach, expect, it } from 'vitest';
import { openDashboard } from '../helpers/dashboard.ts';
import type { Pty } from '../helpers/pty.ts';

let pty: Pty;

beforeEach(async () => {
  pty = await openDashboard();
});
afterEach(async () => {
  await pty.close();
});

const lastLine = (lines: readonly string[]) => lines.at(-1) ?? '';

it('fills the screen: the header first, the keys last', () => {
  expect(pty.lines()[0]).toContain('MEM');
  expect(lastLine(pty.lines())).toContain('quit');
});

it.each(['?', 'f1'])('shows its keys on %s, and goes back on Escape', async (key) => {
  const shown = (lines: readonly string[]) => lines.some((line) => /\bundo\b/i.test(line) && !/\bquit\b/.test(line));
  pty.press(key);
  await pty.waitFor(shown);
  pty.press('escape');
  await pty.waitFor((lines) => !shown(lines));
});

it('follows the terminal when it is resized', async () => {
  for (const [cols, rows] of [
    [120, 40],
    [60, 15],
    [80, 24],
  ] as const) {
    pty.resize(cols, rows);
    await pty.waitFor((lines) => lines[0]?.includes('workertop') === true && lastLine(lines).includes('quit'));
  }
});
