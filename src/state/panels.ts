import type { Advice } from '../model/advice/advice.ts';
import { fit as fitTo } from '../model/scaling/fit.ts';
import type { Effect } from './action.ts';
import { goTo } from './expand.ts';
import { commandFor } from './keymap.ts';
import { panelLines } from './layout.ts';
import { choose, rowOffers } from './process-actions.ts';
import type { Row, RowId } from './row.ts';
import { sortNames } from './sort.ts';
import type { AppState, Panel } from './state.ts';

type Answer = readonly [AppState, readonly Effect[]];

/** Longest text that can be typed. */
const LONGEST = 80;

/** A key while the filter is typed: the table follows each one. */
export function pressInFilter(state: AppState, key: string, character: string | null): Answer {
  const { filter } = state.arrangement;
  if (key === 'enter' || key === 'up' || key === 'down') return [{ ...state, typing: false }, []];
  if (key === 'escape') return [filtered({ ...state, typing: false }, ''), []];
  const text = edited(filter.text, key, character);
  return [text === null ? state : filtered(state, text), []];
}

function filtered(state: AppState, text: string): AppState {
  const { arrangement } = state;
  return { ...state, arrangement: { ...arrangement, filter: { ...arrangement.filter, text } } };
}

/** Text after a key; null when the key does not edit. */
function edited(text: string, key: string, character: string | null): string | null {
  if (key === 'backspace') return [...text].slice(0, -1).join('');
  if (key === 'C-u') return '';
  if (key === 'C-w') return text.replace(/\S*\s*$/, '');
  if (character === null || /\p{C}/u.test(character)) return null;
  return text.length < LONGEST ? text + character : text;
}

const back = new Set(['escape', 'q', 'backspace']);

/** A key while a panel lies over the table. */
export function pressInPanel(state: AppState, panel: Panel, key: string, character: string | null): Answer {
  switch (panel.type) {
    case 'confirm':
      return answer(state, panel, key);
    case 'fit':
      return pressInFit(state, panel, key, character);
    case 'fit-plan':
      return pressInPlan(state, panel, key);
    case 'sort':
      return pressInSort(state, panel, key);
    case 'actions':
      return pressInActions(state, panel, key);
    case 'advice':
      return pressInAdvice(state, panel, key);
    case 'charts':
      return closes(panel, key) ? closed(state) : [state, []];
    case 'log':
      if (commandFor(key) === 'undo') return undo(state);
      return closes(panel, key) ? closed(state) : [{ ...state, panel: scrolled(state, panel, key) }, []];
    case 'help':
    case 'memory':
    case 'details':
      return closes(panel, key) ? closed(state) : [{ ...state, panel: scrolled(state, panel, key) }, []];
  }
}

/** Takes back the last change of workers. */
export function undo(state: AppState): Answer {
  if (!state.readOnly) return [state, [{ type: 'undo' }]];
  return [{ ...state, notice: { level: 'warning', text: 'workertop was started with --read-only.' } }, []];
}

function closed(state: AppState): Answer {
  return [{ ...state, panel: null }, []];
}

/** The key that opened a panel closes it too. */
function closes(panel: Panel, key: string): boolean {
  return back.has(key) || commandFor(key) === panel.type || (panel.type !== 'log' && key === 'enter');
}

type Scrolling = Extract<Panel, { readonly scroll: number }>;

/** How far a panel can be scrolled is the view's to know, which takes back what is beyond its end. */
function scrolled(state: AppState, panel: Scrolling, key: string): Scrolling {
  const scroll = panel.scroll + (stepOf(key, panelLines(state)) ?? 0);
  return { ...panel, scroll: Math.max(0, scroll) };
}

/** Lines that a key moves by; null when it does not move. */
function stepOf(key: string, page: number): number | null {
  switch (commandFor(key)) {
    case 'up':
      return -1;
    case 'down':
      return 1;
    case 'page-up':
      return -page;
    case 'page-down':
      return page;
    case 'top':
      return Number.NEGATIVE_INFINITY;
    case 'bottom':
      return Number.POSITIVE_INFINITY;
    default:
      return null;
  }
}

/** The index after a key in a list of so many. */
function moved(index: number, count: number, key: string): number {
  const step = stepOf(key, 10) ?? 0;
  return Math.max(0, Math.min(count - 1, index + step));
}

/** Only a clear yes is one. */
function answer(state: AppState, panel: Extract<Panel, { type: 'confirm' }>, key: string): Answer {
  if (key === 'y' || key === 'S-y' || (key === 'enter' && panel.explicit !== true)) {
    const allowed = panel.server === undefined ? state.allowed : new Set([...state.allowed, panel.server]);
    return [{ ...state, panel: null, allowed }, panel.effects];
  }
  if (back.has(key) || key === 'n' || key === 'S-n' || key === 'enter') {
    return [{ ...state, panel: null, notice: { level: 'info', text: 'Nothing was done.' } }, []];
  }
  return [state, []];
}

function pressInSort(state: AppState, panel: Extract<Panel, { type: 'sort' }>, key: string): Answer {
  if (key === 'enter') {
    const sort = sortNames[panel.index] ?? 'mem';
    return [{ ...state, panel: null, arrangement: { ...state.arrangement, sort } }, []];
  }
  if (closes(panel, key)) return closed(state);
  return [{ ...state, panel: { ...panel, index: moved(panel.index, sortNames.length, key) } }, []];
}

function pressInActions(state: AppState, panel: Extract<Panel, { type: 'actions' }>, key: string): Answer {
  const row = rowOf(state, panel.row);
  if (row === null)
    return [{ ...state, panel: null, notice: { level: 'warning', text: 'The process has ended.' } }, []];
  const offers = rowOffers(row);
  const offer = offers[panel.index];
  if (key === 'enter' && offer) return choose(state, row, offer);
  if (closes(panel, key)) return closed(state);
  return [{ ...state, panel: { ...panel, index: moved(panel.index, offers.length, key) } }, []];
}

function rowOf(state: AppState, id: RowId): Row | null {
  return state.rows.find((row) => row.id === id) ?? null;
}

/** Enter goes to what the advice is about, where its key does what it says. */
function pressInAdvice(state: AppState, panel: Extract<Panel, { type: 'advice' }>, key: string): Answer {
  const chosen = state.advice[panel.index];
  if (key === 'enter' && chosen) return [follow(state, chosen), []];
  if (closes(panel, key)) return closed(state);
  return [{ ...state, panel: { ...panel, index: moved(panel.index, state.advice.length, key) } }, []];
}

function follow(state: AppState, { server, projectId, pid }: Advice): AppState {
  const places: RowId[] = [];
  const project = state.model?.projects.find(({ id }) => id === projectId);
  const process = project?.servers.flatMap(({ processes }) => processes).find((one) => one.pid === pid);
  if (process) places.push(`process:${process.key}`);
  if (server !== null) places.push(`server:${server}`);
  if (project) places.push(`project:${project.id}`);
  const next = { ...state, panel: null };
  if (places.length === 0) return next;
  return goTo(next, places) ?? { ...next, notice: { level: 'info', text: 'The filter hides it.' } };
}

function pressInFit(
  state: AppState,
  panel: Extract<Panel, { type: 'fit' }>,
  key: string,
  character: string | null,
): Answer {
  if (key === 'escape') return closed(state);
  if (key === 'enter') return plan(state, panel.text);
  const text = edited(panel.text, key, character !== null && /[\d.%]/.test(character) ? character : null);
  return [text === null ? state : { ...state, panel: { ...panel, text, problem: null } }, []];
}

function plan(state: AppState, text: string): Answer {
  const percent = Number(text.replace(/%$/, ''));
  if (state.model === null || text === '' || !(percent > 0 && percent < 100)) {
    const problem = 'A share of memory in percent, between 0 and 100, such as 60';
    return [{ ...state, panel: { type: 'fit', text, problem } }, []];
  }
  const target = percent / 100;
  return [{ ...state, panel: { type: 'fit-plan', fit: fitTo(state.model, state.history, target), target } }, []];
}

function pressInPlan(state: AppState, panel: Extract<Panel, { type: 'fit-plan' }>, key: string): Answer {
  const { trims } = panel.fit;
  if ((key === 'y' || key === 'enter') && trims.length > 0) {
    if (state.readOnly) {
      const text = 'workertop was started with --read-only: it sends no signals.';
      return [{ ...state, panel: null, notice: { level: 'warning', text } }, []];
    }
    return [{ ...state, panel: null }, [{ type: 'fit', trims, target: panel.target }]];
  }
  return back.has(key) || key === 'n' || key === 'enter' ? closed(state) : [state, []];
}
