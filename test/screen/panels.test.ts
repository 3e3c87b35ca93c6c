import { describe, expect, it } from 'vitest';
import { advise } from '../../src/model/advice/advice.ts';
import type { AppState } from '../../src/state/state.ts';
import { update } from '../../src/state/update.ts';
import { demoState, painted, pressed, type Size } from '../helpers/screen.ts';

const sizes: readonly Size[] = [
  { columns: 60, lines: 15 },
  { columns: 80, lines: 24 },
  { columns: 120, lines: 40 },
  { columns: 160, lines: 48 },
  { columns: 200, lines: 60 },
];

function advised(state: AppState): AppState {
  if (state.model === null) return state;
  return update(state, { type: 'advice', advice: advise(state.model, state.history) })[0];
}

const panels: readonly (readonly [name: string, keys: readonly string[]])[] = [
  ['table', []],
  ['help', ['?']],
  ['details-of-a-project', ['enter']],
  ['details-of-a-master', ['down', 'enter']],
  ['sort', ['s', 'down', 'down']],
  ['filter', ['/', 'b', 'e', 'a', 't']],
  ['advice', ['a']],
  ['fit', ['S-a', '5', '0']],
  ['fit-plan', ['S-a', '5', '0', 'enter']],
  ['actions', ['down', 'down', 'f9']],
  ['confirm', ['down', 'down', 'f9', 'end', 'enter']],
  ['log', ['l']],
  ['memory', ['w']],
  ['charts', ['t']],
  ['refusal', ['end', '-']],
  ['tagged', ['down', 'space']],
];

describe.each(sizes)('at $columns×$lines', ({ columns, lines }) => {
  it.each(panels)('%s', async (name, keys) => {
    const state = pressed(advised(await demoState({ columns, lines })), ...keys);
    const { lines: shown } = await painted([state]);
    await expect(`${shown.join('\n')}\n`).toMatchFileSnapshot(`snapshots/${name}-${columns}x${lines}.txt`);
    // The frame never runs over the edge, where a terminal would wrap it.
    expect(Math.max(...shown.map((line) => [...line].length))).toBeLessThanOrEqual(columns);
  });
});
