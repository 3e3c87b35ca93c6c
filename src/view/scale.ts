import { bytes } from '../text/figures.ts';

/**
 * The next round value of bytes that is at least this large: 1, 1.5, 2, 3, 5 or 7.5 times a power of ten of its unit.
 */
export function roundUp(value: number): number {
  const unit = value >= 1024 ** 3 ? 1024 ** 3 : 1024 ** 2;
  const inUnits = Math.max(1, value / unit);
  const power = 10 ** Math.floor(Math.log10(inUnits));
  const factor = [1, 1.5, 2, 3, 5, 7.5, 10].find((candidate) => candidate * power >= inUnits) ?? 10;
  return factor * power * unit;
}

/** The labels at the left of a chart's lines, from the top; most are empty. */
export function scaleLabels(most: number, lines: number): readonly string[] {
  const labels = Array.from({ length: lines }, () => '');
  const count = Math.max(1, Math.min(4, Math.floor(lines / 3)));
  for (let index = 1; index <= count; index++) {
    const line = lines - Math.round((index * lines) / count);
    labels[line] = bytes((most * index) / count);
  }
  return labels;
}
