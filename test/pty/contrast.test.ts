import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Ground } from '../../src/state/settings.ts';
import { type Colors, makeTheme } from '../../src/view/theme.ts';
import { BLACK, contrast, type Rgb, WHITE } from '../helpers/contrast.ts';
import { advised, demoSeen, painted, pressed } from '../helpers/screen.ts';
import { type Display, openDisplay } from '../helpers/xterm.ts';

// What people see: the screens as pixels of a real xterm.

const size = { columns: 120, lines: 40 };

/** Drawn with, not written: a contrast of 3 is enough, and empty parts of them may have none. */
const drawn = /[\u2500-\u25ff\u2800-\u28ff]/;

let display: Display;

beforeAll(async () => {
  display = await openDisplay();
});
afterAll(() => display.close());

const screens: readonly (readonly [string, readonly string[]])[] = [
  ['table', []],
  ['selected-worker', ['down', 'down']],
  ['tagged', ['down', 'space', 'up']],
  ['history', ['t']],
  ['settings', ['f2']],
  ['actions', ['down', 'down', 'f9']],
  ['refusal', ['end', '-']],
];

const grounds: readonly (readonly [Ground, 'black' | 'white'])[] = [
  ['dark', 'black'],
  ['light', 'white'],
  ['unknown', 'black'],
  ['unknown', 'white'],
];

async function allSeen() {
  const seen = advised(await demoSeen(size));
  return screens.map(([name, keys]) => ({ name, seen: pressed(seen, ...keys) }));
}

/** Text stands out on what it stands on; what is drawn, each colour of it, on the ground of the terminal. */
function isReadable(character: string, back: Rgb, front: Rgb | undefined, ground: Rgb): boolean {
  if (front === undefined) return false;
  if (!drawn.test(character)) return contrast(back, front) >= 4.5;
  return (
    [back, front].every((color) => String(color) === String(ground) || contrast(color, ground) >= 3) ||
    contrast(back, front) >= 3
  );
}

describe.each([8, 16, 256] as readonly Colors[])('with %i colours', (colors) => {
  it.each(grounds)('all is readable for a ground %s, in an xterm whose ground is %s', async (ground, color) => {
    const theme = makeTheme({ colors, ascii: false, ground });
    for (const { name, seen } of await allSeen()) {
      const { raw, lines } = await painted([seen], theme);
      const folder = process.env['WORKERTOP_PICTURES'];
      const png = folder ? { png: `${folder}/${name}-${colors}-${ground}-${color}.png` } : {};
      const picture = await display.show(raw, { ...size, ground: color, ...png });
      const low: string[] = [];
      let looked = 0;
      lines.forEach((line, y) => {
        [...line].forEach((character, x) => {
          if (character === ' ') return;
          const [back, front] = picture.cell(x, y);
          // A cell that is full of its colour has no ground of its own.
          if (back === undefined || (front === undefined && drawn.test(character))) return;
          looked += 1;
          if (isReadable(character, back, front, color === 'black' ? BLACK : WHITE)) return;
          low.push(`${y}:${x} ${character}`);
        });
      });
      expect({ name, low }).toEqual({ name, low: [] });
      expect(looked).toBeGreaterThan(500);
    }
  });
});
