import { type Binding, bindings } from '../state/keymap.ts';
import type { Panel } from '../state/mode.ts';
import { type AppState, isTuning } from '../state/state.ts';
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
export function footer(state: AppState, theme: Theme): Line {
  return fittingHints(state).flatMap(({ label, word }, index): readonly Span[] => [
    span(index === 0 ? ' ' : '  '),
    span(label, theme.key),
    span(` ${word}`, theme.faint),
  ]);
}

/** The key of the word at a column of the footer; null if there is none. */
export function footerKeyAt(state: AppState, column: number): string | null {
  let start = 1;
  for (const { label, word, key } of fittingHints(state)) {
    const end = start + width(`${label} ${word}`);
    if (column >= start && column < end) return key;
    start = end + 2;
  }
  return null;
}

function fittingHints(state: AppState): readonly Hint[] {
  const all = hintsOf(state);
  const kept = new Set<Hint>();
  let used = 1;
  for (const hint of all.toSorted((a, b) => a.rank - b.rank)) {
    const needed = width(`${hint.label} ${hint.word}`) + 2;
    if (used + needed - 1 > state.columns) continue;
    kept.add(hint);
    used += needed;
  }
  return all.filter((hint) => kept.has(hint));
}

function hintsOf(state: AppState): readonly Hint[] {
  switch (state.mode.type) {
    case 'table':
      return bindings.flatMap((binding) => (isOffered(binding, state) ? hintOf(binding) : []));
    case 'filter':
      return [hint('Enter', 'keep it', 2, 'enter'), hint('Esc', 'clear it', 1, 'escape')];
    case 'search':
      return [hint('F3', 'next', 3, 'f3'), hint('Enter', 'stay here', 2, 'enter'), hint('Esc', 'close', 1, 'escape')];
    case 'panel':
      return panelHints(state.mode.panel, state);
  }
}

function isOffered({ changes, recording }: Binding, { readOnly, replay }: AppState): boolean {
  if (changes && (readOnly || replay !== null)) return false;
  return recording !== true || replay !== null;
}

function hintOf({ footer: told, label, keys }: Binding): readonly Hint[] {
  if (told === undefined) return [];
  // The first of its keys is enough here.
  return [hint(label.split(' ')[0] ?? label, told.word, told.rank, keys[0] ?? null)];
}

function hint(label: string, word: string, rank: number, key: string | null = null): Hint {
  return { label, word, rank, key };
}

const close = hint('Esc', 'close', 1, 'escape');
const scroll = hint('↑↓', 'scroll', 2);
const choose = hint('↑↓', 'choose', 3);

function panelHints(panel: Panel, state: AppState): readonly Hint[] {
  switch (panel.type) {
    case 'help':
    case 'memory':
    case 'details':
      return [scroll, close];
    case 'tune':
      return isTuning(state)
        ? [hint('T', 'leave it running', 3, 'S-t'), hint('Esc', 'stop, put back', 1, 'escape')]
        : [scroll, close];
    case 'log':
      return state.readOnly || state.replay !== null
        ? [scroll, close]
        : [scroll, hint('u', 'undo the last', 3, 'u'), close];
    case 'advice':
      return state.advice.length === 0 ? [close] : [choose, hint('Enter', 'go there', 2, 'enter'), close];
    case 'history':
      return [
        hint('←→', 'cursor', 3),
        hint('Tab', 'project', 4, 'tab'),
        hint('+', 'shorter', 5, '+'),
        hint('-', 'longer', 6, '-'),
        close,
      ];
    case 'how-many':
      return [choose, hint('Enter', 'set it', 2, 'enter'), close];
    case 'sort':
      return [choose, hint('Enter', 'sort', 2, 'enter'), hint('I', 'reverse', 4, 'S-i'), close];
    case 'settings':
      return [choose, hint('←→', 'change', 2), hint('s', 'save', 4, 's'), close];
    case 'actions':
      return [choose, hint('Enter', 'do it', 2, 'enter'), close];
    case 'confirm':
      return [hint('y', 'yes', 2, 'y'), hint('n', 'no', 1, 'n')];
    case 'fit':
      return [hint('Enter', 'show the plan', 2, 'enter'), close];
    case 'fit-plan':
      return panel.fit.trims.length > 0 ? [hint('y', 'start', 2, 'y'), hint('n', 'cancel', 1, 'n')] : [close];
  }
}
