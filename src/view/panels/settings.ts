import { settingLines } from '../../state/panels/settings.ts';
import { fill } from '../../text/width.ts';
import type { Scene } from '../scene.ts';
import { type Line, plain, span } from '../style.ts';
import type { PanelContent } from './panel.ts';

/** Most columns of a setting's name, and fewest of its value. */
const LABEL = 34;
const LEAST = 14;

/** The settings that the dashboard can change and save. */
export function settingsPanel({ state, theme }: Scene, index: number): PanelContent {
  const label = Math.min(LABEL, state.columns - 7 - LEAST);
  const room = Math.min(24, state.columns - label - 7);
  const lines = settingLines.map(({ label: name, value }, at): Line => {
    const text = ` ${fill(name, label - 1)} ${fill(value(state.settings), room)}`;
    return [span(text, at === index ? theme.selected(plain) : plain)];
  });
  return { title: 'Settings', lines, focus: index, entries: lines.map((_, at) => at) };
}
