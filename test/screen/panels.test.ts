import { describe, expect, it } from 'vitest';
import { width } from '../../src/text/width.ts';
import { advised, demoSeen, linesOf, painted, pressed, type Size, theme256, themePlain } from '../helpers/screen.ts';

const small: Size = { columns: 60, lines: 15 };
const usual: Size = { columns: 80, lines: 24 };
const large: Size = { columns: 120, lines: 40 };
const huge: Size = { columns: 200, lines: 60 };

const panels: readonly (readonly [name: string, keys: readonly string[], sizes: readonly Size[]])[] = [
  ['table', [], [small, usual, large, huge]],
  ['help', ['?'], [usual, large]],
  ['details-of-a-project', ['enter'], [usual, large]],
  ['details-of-a-worker', ['down', 'down', 'enter'], [usual]],
  ['details-of-system', ['end', 'enter'], [usual]],
  ['sort', ['s', 'down', 'down'], [usual]],
  ['settings', ['f2', 'down'], [usual]],
  ['filter', ['/', 'b', 'e', 'a', 't'], [usual]],
  ['filter-without-a-match', ['/', 'x', 'y', 'z', 'enter'], [usual]],
  ['advice', ['a'], [usual, large]],
  ['fit', ['S-a', '5', '0'], [usual]],
  ['fit-plan', ['S-a', '5', '0', 'enter'], [small, usual]],
  ['actions', ['down', 'down', 'f9'], [small, usual]],
  ['confirm', ['down', 'down', 'f9', 'end', 'enter'], [small, usual]],
  ['how-many', ['w'], [small, usual, large]],
  ['log', ['l'], [usual]],
  ['history', ['t'], [small, usual, large, huge]],
  ['history-of-a-project', ['t', 'tab', 'left', 'left'], [usual]],
  ['refusal', ['end', '-'], [usual]],
  ['tagged', ['down', 'space', 'end'], [usual]],
];

const cases = panels.flatMap(([name, keys, sizes]) => sizes.map((size) => ({ name, keys, ...size })));

it.each(cases)('$name at $columns×$lines looks as it did', async ({ name, keys, columns, lines }) => {
  const seen = pressed(advised(await demoSeen({ columns, lines })), ...keys);
  const { lines: shown } = await painted([seen]);
  await expect(`${shown.join('\n')}\n`).toMatchFileSnapshot(`snapshots/${name}-${columns}x${lines}.txt`);
});

describe.each([
  ['Unicode', theme256],
  ['ASCII', themePlain],
])('in %s', (_, theme) => {
  it.each([small, usual, large, huge, { columns: 40, lines: 8 }, { columns: 300, lines: 100 }])(
    'no line of any panel at $columns×$lines runs over the edge, where a terminal would wrap it',
    async ({ columns, lines }) => {
      const seen = advised(await demoSeen({ columns, lines }));
      for (const [name, keys] of panels) {
        const drawn = linesOf(pressed(seen, ...keys), theme);
        expect(drawn).toHaveLength(lines);
        const tooWide = drawn.filter((line) => width(line) > columns);
        expect({ name, tooWide }).toEqual({ name, tooWide: [] });
      }
    },
  );
});
