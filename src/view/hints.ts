import { width } from '../text/width.ts';
import { type Line, type Span, span } from './style.ts';
import type { Theme } from './theme.ts';

/** A key and what it does in this mode. */
export interface Hint {
  /** The key as shown: `Enter`, `↑↓`. */
  readonly label: string;
  readonly word: string;
  /** 1 is the last to be left out if there is little room. */
  readonly rank: number;
  /** What a click on it presses; null for keys that come in pairs. */
  readonly key: string | null;
}

/** A line of keys, as many as fit: those of high rank numbers are left out first. */
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
  for (const candidate of all.toSorted((a, b) => a.rank - b.rank)) {
    const needed = width(`${candidate.label} ${candidate.word}`) + 2;
    if (used + needed - 1 > columns) continue;
    kept.add(candidate);
    used += needed;
  }
  return all.filter((candidate) => kept.has(candidate));
}
