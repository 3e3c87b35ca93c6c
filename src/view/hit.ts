import type { MouseTarget } from '../state/action.ts';
import { FIRST_ROW_LINE, tableLines } from '../state/layout.ts';
import { footerKeyAt } from './footer.ts';
import { type Placed, placedPanel } from './frame.ts';
import { hintKeyAt } from './hints.ts';
import { pageKeyAt, scrollOf } from './panels/panel.ts';
import type { Scene } from './scene.ts';
import { tableColumns } from './table.ts';

/** What stands at a place of the screen, for the mouse. */
export function targetAt(scene: Scene, column: number, line: number): MouseTarget {
  const { state } = scene;
  if (line === state.lines - 1) {
    return keyOr(footerKeyAt(state, column));
  }
  const panel = placedPanel(scene);
  if (panel !== null) return inPanel(scene, panel, column, line);
  if (line === FIRST_ROW_LINE - 1) return headAt(scene, column);
  const row = state.scroll + line - FIRST_ROW_LINE;
  const height = tableLines(state);
  if (line < FIRST_ROW_LINE || line >= FIRST_ROW_LINE + height) return { type: 'none' };
  if (column === state.columns - 1 && state.rows.length > height) {
    const part = (line - FIRST_ROW_LINE) / Math.max(1, height - 1);
    return { type: 'row', index: Math.round(part * (state.rows.length - 1)), sign: false };
  }
  const depth = state.rows[row]?.depth ?? 0;
  return { type: 'row', index: row, sign: column >= depth * 2 && column < depth * 2 + 2 };
}

function inPanel({ state, theme }: Scene, panel: Placed, column: number, line: number): MouseTarget {
  const { content, left, top, columns, lines } = panel;
  const isInside = column >= left && column < left + columns && line >= top && line < top + lines;
  // As in other programs, a click beside a small panel closes it.
  if (!isInside) return columns < state.columns ? { type: 'key', key: 'escape' } : { type: 'none' };
  if (line === top) return keyOr(pageKeyAt(content, columns, theme, column - left));
  const index = line - top - 1 + scrollOf(content, lines - 2);
  if (column === left || column === left + columns - 1 || line === top + lines - 1 || index >= content.lines.length) {
    return { type: 'none' };
  }
  if (content.hints !== undefined && index === content.lines.length - 1) {
    return keyOr(hintKeyAt(content.hints, columns - 4, column - left - 2));
  }
  const entry = content.entries?.[index] ?? null;
  return entry === null ? { type: 'none' } : { type: 'entry', index: entry };
}

function keyOr(key: string | null): MouseTarget {
  return key === null ? { type: 'none' } : { type: 'key', key };
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
