import { width } from '../text/width.ts';
import { type Line, type Span, span } from './style.ts';
import type { Theme } from './theme.ts';

/** A key and what it does here and now. */
export interface Hint {
  /** The key as shown: `Enter`, `↑↓`. */
  readonly label: string;
  readonly word: string;
  /** 1 is the last to be left out if there is little room. */
  readonly rank: number;
  /** What a click on it presses; null for keys that come in pairs. */
  readonly key: string | null;
}

/** The keys that work here and now, as many as there is room for: those of little rank go first. */
export function hintLine(hints: readonly Hint[], columns: number, theme: Theme): Line {
  return fitting(hints, columns).flatMap(({ label, word }, index): readonly Span[] => [
    span(index === 0 ? ' ' : '  '),
    span(label, theme.key),
    span(` ${word}`, theme.faint),
  ]);
}

/**
 * The key of the word at a column of such a line; null if there is none.
 * @param columns the width of the line
 */
export function hintKeyAt(hints: readonly Hint[], columns: number, column: number): string | null {
  let start = 1;
  for (const { label, word, key } of fitting(hints, columns)) {
    const end = start + width(`${label} ${word}`);
    if (column >= start && column < end) return key;
    start = end + 2;
  }
  return null;
}

/** A hint for a footer. @param rank 1 is the last to be left out */
export function hint(label: string, word: string, rank: number, key: string | null = null): Hint {
  return { label, word, rank, key };
}

function fitting(all: readonly Hint[], columns: number): readonly Hint[] {
  const kept = new Set<Hint>();
  let used = 1;
  for (const one of all.toSorted((a, b) => a.rank - b.rank)) {
    const needed = width(`${one.label} ${one.word}`) + 2;
    if (used + needed - 1 > columns) continue;
    kept.add(one);
    used += needed;
  }
  return all.filter((one) => kept.has(one));
}
