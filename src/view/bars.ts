import type { Glyphs } from './glyphs.ts';

/** A bar that fills `fraction` of the cells, in eighths of a cell if there are glyphs for them. */
export function bar(fraction: number, cells: number, glyphs: Glyphs): string {
  const parts = glyphs.eighths.length + 1;
  const units = Math.round(Math.max(0, Math.min(1, fraction)) * cells * parts);
  const rest = glyphs.eighths[(units % parts) - 1] ?? '';
  return glyphs.full.repeat(Math.floor(units / parts)) + rest;
}

/** A sparkline of levels from 0 to 1; unknown levels are blank. */
export function sparkline(levels: readonly (number | null)[], glyphs: Glyphs): string {
  const top = glyphs.levels.length - 1;
  const glyph = (level: number) => glyphs.levels[Math.round(Math.max(0, Math.min(1, level)) * top)] ?? '';
  return levels.map((level) => (level === null ? ' ' : glyph(level))).join('');
}

/** Cells for each part, in proportion and together `cells`: none of them is off by more than one. */
export function apportion(parts: readonly number[], cells: number): readonly number[] {
  const total = parts.reduce((sum, part) => sum + part, 0);
  if (total <= 0) return parts.map(() => 0);
  let sum = 0;
  let used = 0;
  return parts.map((part) => {
    sum += part;
    const until = Math.round((sum / total) * cells);
    const own = until - used;
    used = until;
    return own;
  });
}
