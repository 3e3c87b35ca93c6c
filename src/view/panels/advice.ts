import { type Advice, projectOf } from '../../model/advice/advice.ts';
import { clean } from '../../text/sanitize.ts';
import { fill, wrap } from '../../text/width.ts';
import { arrowed } from '../glyphs.ts';
import type { Scene } from '../scene.ts';
import { type Line, plain, span } from '../style.ts';
import type { Theme } from '../theme.ts';
import type { PanelContent } from './panel.ts';

/** The list of advice, most urgent first. */
export function advicePanel(scene: Scene, index: number): PanelContent {
  return adviceList(scene, scene.state.columns - 4, index);
}

/** The same in a number of columns. @param index the one that is chosen; null for none */
export function adviceList({ state, theme }: Scene, columns: number, index: number | null): PanelContent {
  const { advice } = state;
  if (advice.length === 0) {
    const lines = wrap('No advice yet. Idle workers and leaks take some minutes to show.', columns);
    return { title: 'Advice', lines: lines.map((text) => [span(text, theme.faint)]) };
  }
  const lines: Line[] = [];
  const entries: number[] = [];
  let focus = 0;
  advice.forEach((one, at) => {
    lines.push(...adviceLines(one, at === index, columns, theme));
    while (entries.length < lines.length) entries.push(at);
    if (at === index) focus = lines.length - 1;
  });
  return { title: `Advice: ${advice.length}`, lines, focus, entries };
}

function adviceLines(advice: Advice, chosen: boolean, columns: number, theme: Theme): readonly Line[] {
  const mark = { critical: '!!', warning: '! ', info: '  ' }[advice.severity];
  const style = { critical: theme.error, warning: theme.warning, info: plain }[advice.severity];
  const project = projectOf(advice);
  const about = project === null ? '' : `${project.name}: `;
  const key = advice.key === null ? '' : ` Key: ${advice.key}.`;
  const where = advice.where === null ? [] : wrap(clean(advice.where), columns - 6);
  return [
    ...wrap(arrowed(clean(`${about}${advice.text}${key}`), theme.glyphs), columns - 3).map(
      (text, index): Line => [
        span(index === 0 ? `${mark} ` : '   ', style),
        span(fill(text, columns - 3), chosen ? theme.selected(style) : style),
      ],
    ),
    ...where.map((text): Line => [span(`      ${text}`, theme.faint)]),
  ];
}
