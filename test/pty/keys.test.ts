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

it('the dashboard fills the screen: the header first, the keys last', () => {
  expect(pty.lines()[0]).toContain('MEM');
  expect(lastLine(pty.lines())).toContain('quit');
});

it.each(['?', 'f1'])('the dashboard shows its keys on %s, and goes back on Escape', async (key) => {
  const shown = (lines: readonly string[]) => lines.some((line) => /\bundo\b/i.test(line) && !/\bquit\b/.test(line));
  pty.press(key);
  await pty.waitFor(shown);
  pty.press('escape');
  await pty.waitFor((lines) => !shown(lines));
});

it('the dashboard follows the terminal when it is resized', async () => {
  for (const [cols, rows] of [
    [120, 40],
    [60, 15],
    [80, 24],
  ] as const) {
    pty.resize(cols, rows);
    await pty.waitFor((lines) => lines[0]?.includes('workertop') === true && lastLine(lines).includes('quit'));
  }
});

it('the dashboard draws the history of one project in dots of Braille, and nothing beside it', async () => {
  const quick = await openDashboard(['demo', '--delay', '0.2']);
  quick.press('t');
  await quick.waitFor('┌─ ');
  quick.press('\t');
  await quick.waitFor(/[\u2801-\u28ff]/);
  expect(quick.raw()).not.toMatch(/warning/i);
  await quick.close();
});
