import { settingLines } from '../../state/panels/settings.ts';
import { fill } from '../../text/width.ts';
import type { Scene } from '../scene.ts';
import { type Line, plain, span } from '../style.ts';
import type { PanelContent } from './panel.ts';

export function settingsPanel({ state, theme }: Scene, index: number): PanelContent {
  const lines = settingLines.map(({ label, value }, at): Line => {
    const text = ` ${fill(label, 34)}${fill(value(state.settings), 24)}`;
    return [span(text, at === index ? theme.selected(plain) : plain)];
  });
  return { title: 'Settings', lines, focus: index, entries: lines.map((_, at) => at) };
}
