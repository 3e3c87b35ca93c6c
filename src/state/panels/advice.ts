import { type Advice, projectOf } from '../../model/advice/advice.ts';
import type { HistoryReader } from '../../model/history/history-reader.ts';
import { type Answer, closed, withNotice, withPanel } from '../answer.ts';
import { goTo } from '../expand.ts';
import { commandFor } from '../keymap.ts';
import type { PanelOf } from '../mode.ts';
import { isBack, moved } from '../moving.ts';
import type { RowId } from '../row.ts';
import type { AppState } from '../state.ts';

/** Enter selects the subject of the advice. There the advice's key does what it says. */
export function keyInAdvice(state: AppState, panel: PanelOf<'advice'>, key: string, history: HistoryReader): Answer {
  const chosen = state.advice[panel.index];
  if (key === 'enter' && chosen) return [follow(state, history, chosen), []];
  if (isBack(key) || commandFor(key) === 'advice' || key === 'enter') return [closed(state), []];
  return [withPanel(state, { ...panel, index: moved(panel.index, state.advice.length, key) }), []];
}

function follow(state: AppState, history: HistoryReader, advice: Advice): AppState {
  const { about } = advice;
  const places: RowId[] = [];
  const project = state.model?.projects.find(({ id }) => id === projectOf(advice)?.id);
  if (about.type === 'process') {
    const process = project?.servers.flatMap(({ processes }) => processes).find(({ pid }) => pid === about.pid);
    if (process) places.push(`process:${process.key}`);
    if (about.server !== null) places.push(`server:${about.server}`);
  }
  if (project) places.push(`project:${project.id}`);
  const next = closed(state);
  if (places.length === 0) return next;
  return goTo(next, history, places) ?? withNotice(next, 'info', 'The filter hides it.');
}
