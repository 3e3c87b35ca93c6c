import { bindings, type Section } from '../../state/keymap.ts';
import { fill, wrap } from '../../text/width.ts';
import type { Scene } from '../scene.ts';
import { type Line, span } from '../style.ts';
import type { PanelContent } from './panel.ts';

const sections: readonly Section[] = ['Workers', 'Look', 'Move', 'Recording', 'Other'];

const explained: readonly (readonly [string, string])[] = [
  [
    'MEM',
    'PSS: memory that is shared counts in part with each that shares it, so sums add up; in the header what is used of all, as free(1) has it: W tells where it is',
  ],
  ['FREES', 'what becomes available when this worker exits, without page cache of files; on a server, by one trim'],
  ['OF USED', 'share of the memory that is used; a full bar is the largest row'],
  [
    'WORKERS',
    'running; “2 of 3” where another number is configured; of a worker what it does now: idle, CPU, waits, client (it is held by one), or how many of its threads are used',
  ],
  ['QUEUE', 'connections waiting to be accepted'],
  ['LAST HOUR', 'memory, on one scale for all rows, blank where flat; +12M/h where it grows steadily'],
  ['!', 'there is advice about it: a'],
  ['~ …', 'an estimate; still to be read. As root all figures are exact'],
];

const KEY_COLUMNS = 11;

/** The keys, and what the columns mean. */
export function help({ state, theme }: Scene, scroll: number): PanelContent {
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
  return { title: 'Keys', lines, scroll };
}
