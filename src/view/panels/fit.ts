import type { PanelOf } from '../../state/mode.ts';
import { wrap } from '../../text/width.ts';
import { percent } from '../format.ts';
import type { Scene } from '../scene.ts';
import { type Line, span } from '../style.ts';
import type { PanelContent } from './panel.ts';

/** Widest line of a question. */
const WIDEST = 68;

/** The input line for the share of memory to fit into. */
export function fitInput({ state, theme }: Scene, panel: PanelOf<'fit'>): PanelContent {
  const { model } = state;
  const columns = Math.min(WIDEST, state.columns - 6);
  const now = model === null ? '' : percent(model.host.memory.usedShare);
  const asked = wrap(`Memory is at ${now}. Trim as few workers as possible to reach:`, columns);
  return {
    title: 'Fit',
    focus: asked.length + 1,
    lines: [
      ...asked.map((text): Line => [span(text)]),
      [],
      [span(`  ${panel.text}`, theme.strong), span(theme.glyphs.cursor), span(panel.text.endsWith('%') ? '' : ' %')],
      [],
      ...(panel.problem === null ? [] : wrap(panel.problem, columns).map((text): Line => [span(text, theme.warning)])),
    ],
  };
}
