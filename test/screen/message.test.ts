import { describe, expect, it } from 'vitest';
import { update } from '../../src/state/update.ts';
import { demoState, painted, pressed } from '../helpers/screen.ts';

/** The lines between the table and the keys. */
async function messageAt(columns: number, lines: number, ...keys: readonly string[]): Promise<readonly string[]> {
  const { lines: shown } = await painted([pressed(await demoState({ columns, lines }), ...keys)]);
  return shown.slice(lines >= 20 ? -3 : -2, -1).map((line) => line.replace(/[─ ]+$/, ''));
}

describe('about the selected row', () => {
  it.each([40, 48, 60, 70, 80, 90, 100, 120, 200])('is said in whole sentences at %i columns', async (columns) => {
    for (const keys of [[], ['down'], ['down', 'down', 'down', 'down', 'down', 'down'], ['end']]) {
      const [first] = await messageAt(columns, 15, ...keys);
      expect(first).toMatch(/^ ─ .*[.…]$/);
    }
  });

  it('tells as much as there is room for', async () => {
    expect(await messageAt(120, 15)).toEqual([
      ' ─ project1: 3 workers, 9.5 % busy for 70 s, queue empty. One fewer frees ≈142M (72 % → 63 %).',
    ]);
    expect(await messageAt(80, 15)).toEqual([
      ' ─ project1: 3 workers, 9.5 % busy, queue empty. One fewer: 72 % → 63 %.',
    ]);
    expect(await messageAt(60, 15)).toEqual([' ─ 3 workers, 9.5 % busy, queue empty. - frees ≈142M.']);
  });

  it('is still said while a filter is in force, which the header names', async () => {
    const state = pressed(await demoState({ columns: 80, lines: 24 }), '/', 'b', 'e', 'a', 't', 'enter', 'down');
    const { lines } = await painted([state]);
    expect(lines[0]).toContain('Filter: beat');
    expect(lines.at(-3)).toContain('project2 celery beat');
    const { lines: cleared } = await painted([pressed(state, 'escape')]);
    expect(cleared[0]).not.toContain('Filter');
  });
});

it('says nothing that cannot be where more is in use than --memory', async () => {
  const model = (await demoState({ columns: 120, lines: 15 })).model;
  if (model === null) throw new Error('no model');
  const memory = { ...model.host.memory, total: model.host.memory.used / 1.25, usedShare: 1 };
  const [state] = update(await demoState({ columns: 120, lines: 15 }), {
    type: 'model',
    model: { ...model, uptime: model.uptime + 2, host: { ...model.host, memory } },
  });
  const { lines } = await painted([state]);
  expect(lines.at(-2)).toContain('(125 % → 109 %)');
});

it('marks what is cut off of a long notice', async () => {
  const state = await demoState({ columns: 60, lines: 15 });
  const [told] = update(state, { type: 'notice', level: 'warning', text: 'word '.repeat(40).trim() });
  const { lines } = await painted([told]);
  expect(lines.at(-2)).toMatch(/^ ─ (?:word )+word ?…$|^ ─ (?:word )+wo?r?…$/);
});
