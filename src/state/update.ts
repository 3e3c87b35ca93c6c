import type { HistoryReader } from '../model/history/history-reader.ts';
import type { Model } from '../model/model.ts';
import type { Action, Effect } from './action.ts';
import { closed, withNotice } from './answer.ts';
import { rowOptions } from './expand.ts';
import { tableLines } from './layout.ts';
import { pointed } from './mouse.ts';
import { keyPressed } from './on-key.ts';
import type { Operation } from './operation.ts';
import { noOrder, orderAt } from './order.ts';
import { allEnded } from './process-actions.ts';
import { makeRows } from './rows.ts';
import { withQuestion } from './scaling.ts';
import { reselect } from './selection.ts';
import { type AppState, latestModel, panelOf } from './state.ts';
import { withTuning } from './tuned.ts';

const MOST_OPERATIONS = 200;

/** Projects start closed if all rows need this many times the lines available. */
const MANY = 1.5;

/** The state after an action, and the effects that it asks for. Pure. */
export function update(
  state: AppState,
  action: Action,
  history: HistoryReader,
): readonly [AppState, readonly Effect[]] {
  switch (action.type) {
    case 'model':
      return [withModel(state, action.model, history), []];
    case 'advice':
      return [{ ...state, advice: action.advice }, []];
    case 'operation':
      return [withOperation(state, action.operation), []];
    case 'tuning':
      return [withTuning(state, action.tuning), []];
    case 'question':
      return [withQuestion(state, action.question), []];
    case 'notice':
      return [noted(state, action), []];
    case 'resize': {
      const resized = { ...state, columns: action.columns, lines: action.lines };
      return [reselect(rearranged(resized, history), state.rows), []];
    }
    case 'ground':
      return [{ ...state, ground: action.ground }, []];
    case 'replay':
      return [{ ...state, replay: action.position }, []];
    case 'mouse': {
      const [next, effects] = pointed(state, action.what, action.target, history);
      return [arranged(next, state, history), effects];
    }
    case 'key': {
      const [next, effects] = keyPressed(state, action.key, action.character, history);
      const pressed = next.order.pressed ? next : { ...next, order: { ...next.order, pressed: true } };
      return [arranged(pressed, state, history), effects];
    }
  }
}

function withModel(state: AppState, model: Model, history: HistoryReader): AppState {
  if (state.frozen !== null) return { ...state, frozen: { latest: model } };
  const order = orderAt(state.order, model.uptime);
  const next = withoutPointless(
    { ...state, model, order, shown: stillShown(state, model), hues: withHues(state.hues, model) },
    model,
  );
  return arranged(next, state, history);
}

/** Seconds for which an outcome is shown; the log keeps it. */
const OUTCOME_SECONDS = 60;

function stillShown({ shown, operations }: AppState, { at }: Model): number | null {
  const endedAt = operations.find(({ id }) => id === shown)?.endedAt ?? null;
  return endedAt !== null && at - endedAt > OUTCOME_SECONDS * 1000 ? null : shown;
}

/** A question about a process that has ended meanwhile is taken back: another may have got its pid. */
function withoutPointless(state: AppState, model: Model): AppState {
  const panel = panelOf(state);
  if (panel?.type !== 'confirm' || !allEnded(panel.effects, model)) return state;
  return withNotice(closed(state), 'warning', 'It has already exited; nothing was sent.');
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

/** Rebuilds the rows if the model or their arrangement has changed. */
function arranged(state: AppState, before: AppState, history: HistoryReader): AppState {
  if (state.model === null) return state;
  const same = state.arrangement === before.arrangement;
  if (state.model === before.model && same) return state;
  const { sort, reverse, filter } = state.arrangement;
  const last = before.arrangement;
  const isFiltered = filter.text !== last.filter.text;
  // The order of a filtered list is not that of all rows.
  const anew = isFiltered || sort !== last.sort || reverse !== last.reverse;
  const next = anew ? { ...state, order: { ...noOrder, pressed: state.order.pressed } } : state;
  return reselect(rearranged(next, history), before.rows, isFiltered);
}

/** With rows made of the model. */
function rearranged(state: AppState, history: HistoryReader): AppState {
  const { model } = state;
  if (model === null) return state;
  const compact = isCompact(state, model, history);
  const wishes = new Set<string>();
  const rows = makeRows(model, { ...rowOptions({ ...state, compact }, history), wishes });
  const ranks = new Map(state.order.ranks);
  rows.forEach(({ id }, rank) => {
    ranks.set(id, rank);
  });
  // What is closed keeps its rank; what has gone is forgotten once there is too much of it.
  const kept = ranks.size > 2 * rows.length + 500 ? new Map(rows.map(({ id }, rank) => [id, rank])) : ranks;
  return { ...state, compact, rows, order: { ...state.order, ranks: kept, wishes } };
}

/**
 * Whether projects start closed. Decided until the user has selected something, so that nothing closes under the
 * cursor.
 */
function isCompact(state: AppState, model: Model, history: HistoryReader): boolean {
  const { toggled, filter } = state.arrangement;
  if (state.chosen || toggled.size > 0 || filter.text !== '') return state.compact;
  const rows = makeRows(model, rowOptions({ ...state, compact: false }, history));
  return rows.length > MANY * tableLines({ ...state, rows });
}

function noted(state: AppState, { level, text }: Extract<Action, { readonly type: 'notice' }>): AppState {
  const at = latestModel(state)?.at ?? 0;
  const notice = { level, text };
  return { ...state, notice, notes: [...state.notes, { ...notice, at }].slice(-MOST_OPERATIONS) };
}

function withOperation(state: AppState, operation: Operation): AppState {
  const others = state.operations.filter(({ id }) => id !== operation.id);
  const operations = [...others, operation].sort((a, b) => a.id - b.id).slice(-MOST_OPERATIONS);
  const known = others.length < state.operations.length;
  // An outcome is shown once: a key may have dismissed it.
  const ended = operation.phase !== 'running';
  const news = !known || ended;
  // What was refused as it began, of several, stays told until then.
  return { ...state, operations, shown: news ? operation.id : state.shown, notice: ended ? null : state.notice };
}
