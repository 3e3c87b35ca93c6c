import type { PanelOf } from '../../state/mode.ts';
import { clean } from '../../text/sanitize.ts';
import { wrap } from '../../text/width.ts';
import { arrowed } from '../glyphs.ts';
import { hint, hintLine } from '../hints.ts';
import type { Scene } from '../scene.ts';
import { type Line, plain, span } from '../style.ts';
import type { PanelContent } from './panel.ts';

/** Widest line of a question. */
const WIDEST = 68;

const answers = [hint('y', 'yes', 1, 'y'), hint('n', 'no', 2, 'n')];

/** The question, and below it what yes does. */
export function confirm({ state, theme }: Scene, { question }: PanelOf<'confirm'>): PanelContent {
  const columns = Math.min(WIDEST, state.columns - 6);
  const [first = '', ...others] = question;
  const lines = [
    ...wrap(arrowed(clean(first), theme.glyphs), columns).map((part): Line => [span(part, theme.warning)]),
    ...others.flatMap((text) =>
      wrap(arrowed(clean(text), theme.glyphs), columns).map((part): Line => [span(part, plain)]),
    ),
    [],
    hintLine(answers, columns, theme),
  ];
  return { title: 'Confirm', lines, hints: answers };
}
