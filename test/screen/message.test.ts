import { describe, expect, it } from 'vitest';
import { messageLines } from '../../src/state/layout.ts';
import { demoSeen, linesOf, pressed, told } from '../helpers/screen.ts';

/** The lines between the table and the keys. */
async function messageAt(columns: number, lines: number, ...keys: readonly string[]): Promise<readonly string[]> {
  const seen = pressed(await demoSeen({ columns, lines }), ...keys);
  const shown = linesOf(seen);
  return shown.slice(-1 - messageLines(seen.state), -1).map((line) => line.replace(/[─ ]+$/, ''));
}

describe('about the selected row', () => {
  it('tells what is selected, its state, where its number is set, and the price of - and of +', async () => {
    expect(await messageAt(80, 24)).toEqual([
      '─ project1 · gunicorn :8101 ────────────────────── rows 1-17 of 19, 10 workers',
      expect.stringMatching(
        /^ 3 workers {3}(?:[\d.]+ of 3 in use (?:\(\d+ s\) )? {2})?0 waiting +- to 2: \d+M less, 6\d%$/,
      ),
      expect.stringMatching(/^ Configured: 3, by -w 3 in project1\.service +\+ to 4: \d+M more, 8\d%$/),
    ]);
  });

  it('says who really goes where another worker is selected', async () => {
    const [title, state] = await messageAt(100, 24, 'down', 'down', 'down');
    expect(title).toContain('project1 · gunicorn :8101 · worker 1205');
    expect(state).toMatch(/- to 2: \d+M less, 6\d% \(1204 goes\)$/);
  });

  it.each([40, 60, 80, 120, 200])('always tells both prices whole, at %i columns', async (columns) => {
    const lines = await messageAt(columns, 24);
    expect(lines.join('\n')).toMatch(/- to 2: \d+M less, 6\d%\n.*\+ to 4: \d+M more, 8\d%$/);
  });

  it('is still told while a filter is in force, which the header names', async () => {
    const seen = pressed(await demoSeen({ columns: 80, lines: 24 }), '/', 'b', 'e', 'a', 't', 'enter', 'down');
    expect(linesOf(seen)[0]).toContain('Filter: beat');
    expect(linesOf(seen).join('\n')).toContain('celery beat');
    expect(linesOf(pressed(seen, 'escape'))[0]).not.toContain('Filter');
  });
});

it('says so where a filter matches nothing, and how to clear it', async () => {
  const lines = await messageAt(80, 24, '/', 'x', 'y', 'z', 'enter');
  expect(lines[1]).toBe(' Nothing matches “xyz”. Esc clears the filter.');
});

it('shows the sum of the rows that a filter leaves, not of all', async () => {
  const seen = await demoSeen({ columns: 100, lines: 30 });
  const memory = (lines: readonly string[]) => lines.flatMap((line) => /beat 1431.*? (\d+M) /.exec(line)?.[1] ?? []);
  const filtered = linesOf(pressed(seen, '/', 'b', 'e', 'a', 't', 'enter'));
  expect(filtered.filter((line) => /^[▾▸ ] \w/.test(line))).toHaveLength(1);
  expect(memory(filtered)).toEqual(memory(linesOf(seen)));
});

it('says where help is when a key does nothing', async () => {
  expect((await messageAt(80, 24, 'f7'))[1]).toBe(' F7 does nothing here: ? for help.');
});

it('marks what is cut off of a long notice', async () => {
  const seen = await demoSeen({ columns: 60, lines: 15 });
  const shown = linesOf(told(seen, { type: 'notice', level: 'warning', text: 'word '.repeat(80).trim() }));
  expect(shown.at(-2)).toMatch(/^ (?:word )+w?o?r?d? ?…$/);
});
