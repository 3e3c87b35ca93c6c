import { describe, expect, it } from 'vitest';
import type { Ground } from '../../src/state/settings.ts';
import type { Style } from '../../src/view/style.ts';
import { type Colors, makeTheme, type Theme } from '../../src/view/theme.ts';
import { BLACK, contrast, distance, paletteColor, type Rgb, textContrast, WHITE } from '../helpers/contrast.ts';

const colors: readonly Colors[] = [0, 8, 16, 256];
const grounds: Readonly<Record<Ground, readonly Rgb[]>> = { dark: [BLACK], light: [WHITE], unknown: [BLACK, WHITE] };
const cases = colors.flatMap((count) =>
  (['dark', 'light', 'unknown'] as const).flatMap((ground) =>
    grounds[ground].map((rgb) => ({ count, ground, rgb, called: rgb === BLACK ? 'black' : 'white' })),
  ),
);

const isStyle = (value: unknown): value is Style => typeof value === 'object' && value !== null && !('open' in value);

/** Every style that text is written in, by its name. */
function textStyles(theme: Theme): readonly (readonly [string, Style])[] {
  const named = Object.entries(theme).flatMap(([name, value]) => (isStyle(value) ? [[name, value] as const] : []));
  const projects = Array.from({ length: 16 }, (_, index) => theme.project(index)).flatMap(
    ({ text, bar }, index) =>
      [
        [`text of project ${index}`, text],
        [`bar of project ${index}`, bar],
      ] as const,
  );
  const all = [...named, ...projects];
  return [...all, ...all.map(([name, style]) => [`selected ${name}`, theme.selected(style)] as const)];
}

describe.each(cases)('a theme of $count colours for a ground $ground, on $called', ({ count, ground, rgb }) => {
  const theme = makeTheme({ colors: count, ascii: false, ground });

  it('has no text of a contrast below 4.5', () => {
    const styles = textStyles(theme);
    expect(styles.length).toBeGreaterThan(60);
    expect(styles.filter(([, style]) => textContrast(style, rgb) < 4.5)).toEqual([]);
  });

  it('has no block of a contrast below 3', () => {
    const fills = Array.from({ length: 16 }, (_, index) => theme.project(index).fill);
    const low = fills.filter(({ fg }) => fg !== undefined && contrast(paletteColor(fg), rgb) < 3);
    expect(low).toEqual([]);
  });

  it('sends no colour that the terminal has not', () => {
    const used = textStyles(theme).flatMap(([, { fg, bg }]) => [fg ?? 0, bg ?? 0]);
    expect(Math.max(...used)).toBeLessThan(Math.max(1, count));
  });
});

it.each(['dark', 'light', 'unknown'] as const)(
  'the colours of six projects on a ground %s look different to everybody',
  (ground) => {
    const theme = makeTheme({ colors: 256, ascii: false, ground });
    const fills = Array.from({ length: 6 }, (_, index) => paletteColor(theme.project(index).fill.fg ?? 0));
    fills.forEach((a, index) => {
      for (const b of fills.slice(index + 1)) expect(distance(a, b)).toBeGreaterThan(15);
    });
  },
);
