import { type Answer, closed, withPanel } from '../answer.ts';
import { commandFor } from '../keymap.ts';
import { type PanelOf, type Span, spans } from '../mode.ts';
import { isBack } from '../moving.ts';
import type { AppState } from '../state.ts';

/** The cursor moves over the columns, Tab from project to project, + and - change the time shown. */
export function keyInHistory(state: AppState, panel: PanelOf<'history'>, key: string): Answer {
  if (key === 'escape' && panel.cursor !== null) return [withPanel(state, { ...panel, cursor: null }), []];
  if (isBack(key) || commandFor(key) === 'history') return [closed(state), []];
  const next = moved(state, panel, key);
  return [next === null ? state : withPanel(state, next), []];
}

/** Columns that a page of the cursor has. */
const PAGE = 10;

function moved(state: AppState, panel: PanelOf<'history'>, key: string): PanelOf<'history'> | null {
  const { cursor } = panel;
  const to = (columns: number) => ({ ...panel, cursor: Math.max(0, Math.min(state.columns, columns)) });
  switch (key) {
    case 'left':
      return to(cursor === null ? 0 : cursor + 1);
    case 'right':
      return to((cursor ?? 0) - 1);
    case 'pageup':
      return to((cursor ?? 0) + PAGE);
    case 'pagedown':
      return to((cursor ?? 0) - PAGE);
    case 'end':
      return { ...panel, cursor: null };
    case '+':
    case '=':
      return zoomed(panel, -1);
    case '-':
    case '_':
      return zoomed(panel, 1);
    case 'tab':
      return { ...panel, project: nextProject(state, panel.project, 1) };
    case 'S-tab':
      return { ...panel, project: nextProject(state, panel.project, -1) };
    default:
      return null;
  }
}

function zoomed(panel: PanelOf<'history'>, direction: 1 | -1): PanelOf<'history'> {
  const span: Span = spans[spans.indexOf(panel.span) + direction] ?? panel.span;
  return { ...panel, span, cursor: null };
}

/** All projects together come before the first one. */
function nextProject({ model }: AppState, now: string | null, direction: 1 | -1): string | null {
  const ids = [null, ...(model?.projects ?? []).map(({ id }) => id)];
  return ids[(ids.indexOf(now) + direction + ids.length) % ids.length] ?? null;
}
