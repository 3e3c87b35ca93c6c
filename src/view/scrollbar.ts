import { type Span, span } from './style.ts';
import type { Theme } from './theme.ts';

/** Columns of the scrollbar. */
export const SCROLLBAR = 1;

/** The scrollbar: the place of the visible rows among all. Empty if all are visible. */
export function scrollbar(count: number, scroll: number, height: number, theme: Theme): readonly Span[] {
  if (count <= height) return [];
  const size = Math.max(1, Math.round((height * height) / count));
  const start = Math.round((scroll / (count - height)) * (height - size));
  return Array.from({ length: height }, (_, index) =>
    index >= start && index < start + size ? span(theme.glyphs.thumb) : span(theme.glyphs.track, theme.faint),
  );
}
