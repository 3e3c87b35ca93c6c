import type { MouseTarget } from '../state/action.ts';
import { FIRST_ROW_LINE, tableLines } from '../state/layout.ts';
import { footerKeyAt } from './footer.ts';
import { placedPanel } from './frame.ts';
import { scrollOf } from './panels/panel.ts';
import type { Scene } from './scene.ts';
import { tableColumns } from './table.ts';

/** What stands at a place of the screen, for the mouse. */
export function targetAt(scene: Scene, column: number, line: number): MouseTarget {
  const { state } = scene;
  if (line === state.lines - 1) {
    const key = footerKeyAt(state, column);
    return key === null ? { type: 'none' } : { type: 'key', key };
  }
  const panel = placedPanel(scene);
  if (panel !== null) {
    const index = line - panel.top - 1 + scrollOf(panel.content, panel.lines - 2);
    const within = column > panel.left && column < panel.left + panel.columns - 1;
    const onLine = line > panel.top && line < panel.top + panel.lines - 1 && index < panel.content.lines.length;
    const entry = panel.content.entries?.[index] ?? null;
    return within && onLine && entry !== null ? { type: 'entry', index: entry } : { type: 'none' };
  }
  if (line === FIRST_ROW_LINE - 1) return headAt(scene, column);
  const row = state.scroll + line - FIRST_ROW_LINE;
  if (line < FIRST_ROW_LINE || line >= FIRST_ROW_LINE + tableLines(state)) return { type: 'none' };
  const depth = state.rows[row]?.depth ?? 0;
  return { type: 'row', index: row, sign: column >= depth * 2 && column < depth * 2 + 2 };
}

function headAt({ state }: Scene, column: number): MouseTarget {
  if (state.model === null) return { type: 'none' };
  let start = 0;
  for (const { name, width } of tableColumns(state, state.model)) {
    if (column >= start && column < start + width) return { type: 'column', name: name === 'share' ? 'bar' : name };
    start += width + 1;
  }
  return { type: 'none' };
}
