import { type Binding, bindings, type Section } from '../../state/keymap.ts';
import type { AppState } from '../../state/state.ts';
import { type Line, span } from '../style.ts';
import { fill } from '../text.ts';
import type { Theme } from '../theme.ts';
import type { PanelContent } from './panel.ts';

const sections: readonly Section[] = ['Workers', 'Look', 'Move', 'Other'];

const explained: readonly (readonly [string, string])[] = [
  ['MEM', 'PSS: memory that is shared counts in part with each that shares it, so sums add up'],
  ['FREES', 'USS: what goes at least when this worker goes; on a master, when it trims one'],
  ['SHARE', 'of the memory total: the machine’s, the container’s limit, or --memory'],
  ['WORKERS', 'running / where gunicorn’s advice would start (2 × cores + 1)'],
  ['QUEUE', 'connections that wait to be accepted'],
  ['~', 'an estimate, or not read yet; as root all figures are exact'],
];

const WIDEST_KEY = 10;

export function help(state: AppState, scroll: number, theme: Theme): PanelContent {
  const lines: Line[] = [];
  for (const section of sections) {
    if (lines.length > 0) lines.push([]);
    lines.push([span(section, theme.title)]);
    for (const binding of bindings) if (binding.section === section) lines.push(keyLine(binding, theme));
  }
  lines.push([], [span('Columns', theme.title)]);
  for (const [name, text] of explained) lines.push([span(fill(name, WIDEST_KEY + 1), theme.key), span(text)]);
  if (state.readOnly) lines.push([], [span('Started with --read-only: no signals are sent.', theme.warning)]);
  return { title: 'workertop: keys', lines, scroll, hint: 'Esc closes, arrows scroll' };
}

function keyLine({ label, help: text }: Binding, theme: Theme): Line {
  return [span(fill(label, WIDEST_KEY + 1), theme.key), span(text)];
}
