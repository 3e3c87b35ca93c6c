import type { HistoryReader } from '../model/history/history-reader.ts';
import type { MouseEvent, MouseTarget } from './action.ts';
import { type Answer, withPanel } from './answer.ts';
import { toggle } from './expand.ts';
import { keyPressed } from './on-key.ts';
import { moveBy, selectIndex } from './selection.ts';
import { isSortKey } from './sort.ts';
import { type AppState, panelOf, selectedRow } from './state.ts';

/** Rows that one step of a mouse wheel moves. */
const WHEEL_STEP = 3;

/** Handles the mouse on rows, heads of columns, entries of panels and words of the footer. */
export function pointed(state: AppState, what: MouseEvent, target: MouseTarget, history: HistoryReader): Answer {
  if (what === 'wheel-up' || what === 'wheel-down') return wheeled(state, what === 'wheel-up' ? -1 : 1, history);
  if (target.type === 'key') return keyPressed(state, target.key, target.key.length === 1 ? target.key : null, history);
  const panel = panelOf(state);
  if (panel !== null) {
    if (target.type !== 'entry' || !('index' in panel)) return [state, []];
    const chosen = withPanel(state, { ...panel, index: target.index });
    return what === 'double-click' ? keyPressed(chosen, 'enter', null, history) : [chosen, []];
  }
  if (target.type === 'column') return [sortedBy(state, target.name), []];
  if (target.type !== 'row' || target.index >= state.rows.length) return [state, []];
  const selected = selectIndex(state, target.index);
  const row = selectedRow(selected);
  if (row !== null && row.expanded !== null && (target.sign || what === 'double-click')) {
    return [toggle(selected, [row.id]), []];
  }
  return what === 'double-click' ? keyPressed(selected, 'enter', null, history) : [selected, []];
}

function wheeled(state: AppState, direction: 1 | -1, history: HistoryReader): Answer {
  if (state.mode.type !== 'panel') return [moveBy(state, direction * WHEEL_STEP), []];
  let next = state;
  for (let step = 0; step < WHEEL_STEP; step++) {
    [next] = keyPressed(next, direction < 0 ? 'up' : 'down', null, history);
  }
  return [next, []];
}

/** A second click on the same head reverses the order. */
function sortedBy(state: AppState, column: string): AppState {
  const key = column === 'bar' ? 'mem' : column;
  if (!isSortKey(key)) return state;
  const { arrangement } = state;
  const reverse = arrangement.sort === key ? !arrangement.reverse : false;
  return { ...state, arrangement: { ...arrangement, sort: key, reverse } };
}
