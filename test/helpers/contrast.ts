import type { Style } from '../../src/view/style.ts';

export type Rgb = readonly [red: number, green: number, blue: number];

/** The first sixteen colours as xterm has them (XTerm-col.ad). */
const SIXTEEN: readonly Rgb[] = [
  [0, 0, 0],
  [205, 0, 0],
  [0, 205, 0],
  [205, 205, 0],
  [0, 0, 238],
  [205, 0, 205],
  [0, 205, 205],
  [229, 229, 229],
  [127, 127, 127],
  [255, 0, 0],
  [0, 255, 0],
  [255, 255, 0],
  [92, 92, 255],
  [255, 0, 255],
  [0, 255, 255],
  [255, 255, 255],
];

export const BLACK: Rgb = [0, 0, 0];
export const WHITE: Rgb = [255, 255, 255];

export function paletteColor(index: number): Rgb {
  const named = SIXTEEN[index];
  if (named !== undefined) return named;
  if (index >= 232) {
    const grey = 8 + (index - 232) * 10;
    return [grey, grey, grey];
  }
  const level = (step: number) => (step === 0 ? 0 : 55 + step * 40);
  const cube = index - 16;
  return [level(Math.floor(cube / 36)), level(Math.floor(cube / 6) % 6), level(cube % 6)];
}

/** Contrast of two colours, from 1 to 21: WCAG 2.1. */
export function contrast(a: Rgb, b: Rgb): number {
  const [darker = 0, lighter = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (lighter + 0.05) / (darker + 0.05);
}

function luminance(color: Rgb): number {
  const [red, green, blue] = linear(color);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function linear([red, green, blue]: Rgb): Rgb {
  const of = (value: number) => (value <= 10 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4);
  return [of(red), of(green), of(blue)];
}

/** The least contrast of text in a style: terminals may show bold in the brighter of two colours. */
export function textContrast(style: Style, ground: Rgb): number {
  const usual = ground === BLACK ? WHITE : BLACK;
  const { fg, bg, bold, inverse } = style;
  const under = bg === undefined ? ground : paletteColor(bg);
  const fronts = fg === undefined ? [usual] : bold && fg < 8 ? [fg, fg + 8].map(paletteColor) : [paletteColor(fg)];
  if (inverse && fg === undefined && bg === undefined) return contrast(usual, ground);
  return Math.min(...fronts.map((front) => contrast(front, under)));
}

/** How colours look to those who see no red, no green or no blue: Machado, Oliveira and Fernandes, 2009. */
const sights: readonly (readonly [Rgb, Rgb, Rgb])[] = [
  [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
];

/** How far apart two colours look at least, whoever looks: CIE76 distance; 2.3 is just seen. */
export function distance(a: Rgb, b: Rgb): number {
  return Math.min(
    ...sights.map((sight) => {
      const [x, y] = [lab(a, sight), lab(b, sight)];
      return Math.hypot(x[0] - y[0], x[1] - y[1], x[2] - y[2]);
    }),
  );
}

function lab(color: Rgb, sight: readonly [Rgb, Rgb, Rgb]): Rgb {
  const [red, green, blue] = linear(color);
  const [r, g, b] = sight.map((row) => Math.min(1, Math.max(0, row[0] * red + row[1] * green + row[2] * blue)));
  const seen = [r ?? 0, g ?? 0, b ?? 0] as const;
  const mix = (x: number, y: number, z: number) => seen[0] * x + seen[1] * y + seen[2] * z;
  const [x, y, z] = [
    mix(0.4124, 0.3576, 0.1805) / 0.95047,
    mix(0.2126, 0.7152, 0.0722),
    mix(0.0193, 0.1192, 0.9505) / 1.08883,
  ].map((value) => (value > 0.008856 ? Math.cbrt(value) : 7.787 * value + 16 / 116));
  return [116 * (y ?? 0) - 16, 500 * ((x ?? 0) - (y ?? 0)), 200 * ((y ?? 0) - (z ?? 0))];
}
