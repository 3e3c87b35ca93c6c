import { settingLines } from '../../state/panels/settings.ts';
import { fill } from '../../text/width.ts';
import type { Scene } from '../scene.ts';
import { type Line, plain, span } from '../style.ts';
import type { PanelContent } from './panel.ts';

/** Columns of a setting's name, and the fewest of its value. */
const LABEL = 34;
const VALUE = 8;

/** The settings that the dashboard can change and save. */
export function settingsPanel({ state, theme }: Scene, index: number): PanelContent {
  const room = Math.max(VALUE, Math.min(24, state.columns - LABEL - 8));
  const lines = settingLines.map(({ label, value }, at): Line => {
    const text = ` ${fill(label, LABEL)}${fill(value(state.settings), room)}`;
    return [span(text, at === index ? theme.selected(plain) : plain)];
  });
  return { title: 'Settings', lines, focus: index, entries: lines.map((_, at) => at) };
}
