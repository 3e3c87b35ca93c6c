import { clean } from '../../text/sanitize.ts';
import { cut, width } from '../../text/width.ts';
import { bytes, percent, plural } from '../format.ts';
import { type Line, type Span, span } from '../style.ts';
import type { FleetScene } from './scene.ts';

/** Columns for the text of the filter. */
const LONGEST_FILTER = 20;

/** The sums over all machines. Parts that do not fit are left out. */
export function fleetHeader({ state, theme }: FleetScene): Line {
  const { machines, filter, mode } = state;
  const read = machines.flatMap(({ state: { type }, figures }) =>
    type === 'connected' && figures !== null ? [figures] : [],
  );
  const lost = machines.filter(({ state: { type } }) => type === 'lost').length;
  const waiting = machines.length - lost - read.length;
  const sum = (of: (figures: (typeof read)[number]) => number) => read.reduce((all, figures) => all + of(figures), 0);
  const [used, total] = [sum(({ memory }) => memory.used), sum(({ memory }) => memory.total)];
  const parts: Span[] = [span(plural(machines.length, 'machine'), theme.strong)];
  if (lost > 0) parts.push(span(`${lost} lost`, theme.error));
  if (waiting > 0) parts.push(span(`${waiting} connecting`, theme.faint));
  if (filter !== '' && mode.type !== 'filter')
    parts.push(span(`Filter: ${cut(clean(filter), LONGEST_FILTER)}`, theme.warning));
  if (read.length > 0) {
    parts.push(span(`MEM ${bytes(used)}/${bytes(total)} ${percent(total > 0 ? used / total : 0).replace(' ', '')}`));
    parts.push(
      span(
        plural(
          sum(({ workers }) => workers),
          'worker',
        ),
      ),
    );
  }
  const line: Span[] = [span(' workertop', theme.title)];
  let left = state.columns - width(' workertop');
  for (const part of parts) {
    if (width(part.text) + 2 > left) continue;
    line.push(span('  '), part);
    left -= width(part.text) + 2;
  }
  return line;
}
