import { type Binding, bindings } from '../state/keymap.ts';
import { showsAllDetails } from '../state/layout.ts';
import type { Panel } from '../state/mode.ts';
import { type AppState, isTuning } from '../state/state.ts';
import { type Hint, hint, hintKeyAt, hintLine } from './hints.ts';
import type { Line } from './style.ts';
import type { Theme } from './theme.ts';

/** The keys that work in this mode, as many as fit. */
export function footer(state: AppState, theme: Theme): Line {
  return hintLine(hintsOf(state), state.columns, theme);
}

/** The key of the word at a column of the footer; null if there is none. */
export function footerKeyAt(state: AppState, column: number): string | null {
  return hintKeyAt(hintsOf(state), state.columns, column);
}

function hintsOf(state: AppState): readonly Hint[] {
  switch (state.mode.type) {
    case 'table': {
      const hints = bindings.flatMap((binding) => (isOffered(binding, state) ? hintOf(binding) : []));
      return state.isOfFleet ? [...hints, hint('Esc', 'machines', 3, 'escape')] : hints;
    }
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

const close = hint('Esc', 'close', 1, 'escape');
const scroll = hint('↑↓', 'scroll', 2);
const choose = hint('↑↓', 'choose', 3);

function panelHints(panel: Panel, state: AppState): readonly Hint[] {
  switch (panel.type) {
    case 'details':
      return showsAllDetails(state) ? [scroll, close] : [hint('Tab', 'next page', 2, 'tab'), scroll, close];
    case 'help':
    case 'memory':
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
        panel.cursor === null ? close : hint('Esc', 'back to now', 1, 'escape'),
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
