import { bindings, type Section } from '../../state/keymap.ts';
import type { AppState } from '../../state/state.ts';
import { fill, wrap } from '../../text/width.ts';
import { type Line, span } from '../style.ts';
import type { Theme } from '../theme.ts';
import type { PanelContent } from './panel.ts';

const sections: readonly Section[] = ['Workers', 'Look', 'Move', 'Other'];

const explained: readonly (readonly [string, string])[] = [
  ['Mem', 'used of all: MemTotal − MemAvailable, as free(1) has it; w tells where it is'],
  ['MEM', 'PSS: memory that is shared counts in part with each that shares it, so sums add up; … is not read yet'],
  ['FREES', 'what becomes available when this worker goes, no page cache of files; on a master, when it trims one'],
  ['SHARE', 'of the memory total: the machine’s, the container’s limit, or --memory'],
  ['WORKERS', 'running / where gunicorn’s advice would start (2 × cores + 1)'],
  ['QUEUE', 'connections that wait to be accepted'],
  ['TREND', 'memory over the last hour; +12M/h where it grows steadily'],
  ['⚠', 'there is advice about it: a'],
  ['~', 'an estimate, or not read yet; as root all figures are exact'],
];

const KEY_COLUMNS = 11;

export function help(state: AppState, scroll: number, theme: Theme): PanelContent {
  const lines: Line[] = [];
  const tell = (key: string, text: string) =>
    lines.push(
      ...wrap(text, state.columns - 4 - KEY_COLUMNS).map(
        (part, index): Line => [span(fill(index === 0 ? key : '', KEY_COLUMNS), theme.key), span(part)],
      ),
    );
  for (const section of sections) {
    if (lines.length > 0) lines.push([]);
    lines.push([span(section, theme.title)]);
    for (const { section: of, label, help: text } of bindings) if (of === section) tell(label, text);
    if (section === 'Move') tell('', 'The selection follows its process, wherever the list moves it.');
  }
  lines.push([], [span('Columns', theme.title)]);
  for (const [name, text] of explained) tell(name, text);
  if (state.readOnly) lines.push([], [span('Started with --read-only: no signals are sent.', theme.warning)]);
  return { title: 'workertop: keys', lines, scroll, hint: 'Esc closes, arrows scroll' };
}
