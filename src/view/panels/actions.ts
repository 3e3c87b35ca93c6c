import { rowOffers } from '../../state/process-actions.ts';
import { processOf, type Row } from '../../state/row.ts';
import { fill, wrap } from '../../text/width.ts';
import type { Scene } from '../scene.ts';
import { type Line, plain, span } from '../style.ts';
import type { PanelContent } from './panel.ts';

/** Widest line of a menu. */
const WIDEST = 72;

/** The menu of actions on a process. Refused actions are faint and say why. */
export function actionMenu({ state, theme }: Scene, row: Row | null, index: number): PanelContent {
  const columns = Math.min(WIDEST, state.columns - 6);
  const lines: Line[] = [];
  const entries: number[] = [];
  let focus = 0;
  (row === null ? [] : rowOffers(row)).forEach(({ label, refusal }, at) => {
    const style = refusal === null ? plain : theme.faint;
    const text = refusal === null ? label : `${label} - ${refusal}`;
    for (const [line, part] of wrap(text, columns - 4).entries()) {
      const filled = fill(` ${line === 0 ? '' : '  '}${part} `, columns);
      entries.push(at);
      lines.push([span(filled, at === index ? theme.selected(style) : style)]);
    }
    if (at === index) focus = lines.length - 1;
  });
  return { title: titleOf(row), lines, focus, entries };
}

function titleOf(row: Row | null): string {
  const process = row === null ? null : processOf(row);
  const role = process?.role === 'single' ? 'process' : (process?.role ?? 'process');
  return process === null ? 'Actions' : `${role.charAt(0).toUpperCase()}${role.slice(1)} ${process.pid}: actions`;
}
