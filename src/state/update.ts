import type { Model } from '../model/model.ts';
import type { Action, Effect } from './action.ts';
import { FIRST_ROW_LINE, tableLines } from './layout.ts';
import { press } from './on-key.ts';
import type { Operation } from './operation.ts';
import { allEnded } from './process-actions.ts';
import { makeRows } from './rows.ts';
import { withQuestion } from './scaling.ts';
import { moveBy, reselect, selectIndex } from './selection.ts';
import type { AppState, Notice } from './state.ts';

/** Rows that one step of a mouse wheel moves. */
const WHEEL_STEP = 3;

const MOST_OPERATIONS = 200;

/** What the state becomes, and what is to be done, when something has happened. Pure. */
export function update(state: AppState, action: Action): readonly [AppState, readonly Effect[]] {
  switch (action.type) {
    case 'model':
      return [withModel(state, action.model), []];
    case 'advice':
      return [{ ...state, advice: action.advice }, []];
    case 'operation':
      return [withOperation(state, action.operation), []];
    case 'question':
      return [withQuestion(state, action.question), []];
    case 'notice':
      return [withNotice(state, { level: action.level, text: action.text }), []];
    case 'resize':
      return [reselect({ ...state, columns: action.columns, lines: action.lines }, state.rows), []];
    case 'ground':
      return [{ ...state, ground: action.ground }, []];
    case 'mouse':
      return [pointed(state, action), []];
    case 'key': {
      const [next, effects] = press(state, action.key, action.character);
      return [arranged(next, state), effects];
    }
  }
}

function withModel(state: AppState, model: Model): AppState {
  state.history.record(model);
  state.observations.record(model);
  if (state.frozen) return { ...state, held: model };
  return arranged(withoutPointless({ ...state, model, hues: withHues(state.hues, model) }, model), state);
}

/** A question about a process that has ended meanwhile is taken back: another may have got its pid. */
function withoutPointless(state: AppState, model: Model): AppState {
  const { panel } = state;
  if (panel?.type !== 'confirm' || !allEnded(panel.effects, model)) return state;
  return { ...state, panel: null, notice: { level: 'warning', text: 'It has ended meanwhile: nothing was sent.' } };
}

/** New projects take the colours that are free: those of projects that have gone. */
function withHues(hues: AppState['hues'], { projects }: Model): AppState['hues'] {
  if (projects.length === hues.size && projects.every(({ id }) => hues.has(id))) return hues;
  const kept = new Map([...hues].filter(([id]) => projects.some((project) => project.id === id)));
  const taken = new Set(kept.values());
  let free = 0;
  for (const { id } of projects) {
    if (kept.has(id)) continue;
    while (taken.has(free)) free++;
    taken.add(free);
    kept.set(id, free);
  }
  return kept;
}

/** The rows of the new state, when they hang on something that has changed. */
function arranged(state: AppState, before: AppState): AppState {
  if (state.model === null) return state;
  if (state.model === before.model && state.arrangement === before.arrangement) return state;
  const rows = makeRows(state.model, state.history, state.arrangement);
  return reselect({ ...state, rows }, before.rows);
}

function withNotice(state: AppState, notice: Notice): AppState {
  const at = (state.held ?? state.model)?.at ?? 0;
  return { ...state, notice, notes: [...state.notes, { ...notice, at }].slice(-MOST_OPERATIONS) };
}

function withOperation(state: AppState, operation: Operation): AppState {
  const others = state.operations.filter(({ id }) => id !== operation.id);
  const operations = [...others, operation].sort((a, b) => a.id - b.id).slice(-MOST_OPERATIONS);
  const known = others.length < state.operations.length;
  // An outcome is told once: keys may have taken it away again.
  const ended = operation.phase !== 'running';
  const news = !known || ended;
  // What was refused as it began, of several, stays told until then.
  return { ...state, operations, shown: news ? operation.id : state.shown, notice: ended ? null : state.notice };
}

function pointed(state: AppState, { what, line }: Extract<Action, { type: 'mouse' }>): AppState {
  if (state.panel !== null) return state;
  if (what === 'wheel-up') return moveBy(state, -WHEEL_STEP);
  if (what === 'wheel-down') return moveBy(state, WHEEL_STEP);
  const index = line - FIRST_ROW_LINE;
  return index < 0 || index >= tableLines(state) ? state : selectIndex(state, state.scroll + index);
}
