import { bindings, type Section } from '../../state/keymap.ts';
import { fill, wrap } from '../../text/width.ts';
import type { Scene } from '../scene.ts';
import { type Line, span } from '../style.ts';
import type { PanelContent } from './panel.ts';

const sections: readonly Section[] = ['Workers', 'Look', 'Move', 'Recording', 'Other'];

const explained: readonly (readonly [string, string])[] = [
  [
    'MEM',
    'PSS: shared memory is divided among the processes that share it, so sums add up. The header shows memory used, as free(1) does; W shows where it is',
  ],
  ['FREES', 'memory that becomes available when this worker exits, without page cache; on a server, by one trim'],
  ['OF USED', 'share of memory used; a full bar is the largest row'],
  [
    'WORKERS',
    'running; “2 of 3” if another number is configured; on a worker what it does now: idle, CPU, waits, client (a client holds it), or how many of its threads are used',
  ],
  ['QUEUE', 'connections waiting to be accepted'],
  ['LAST HOUR', 'memory, on one scale for all rows, blank if flat; +12M/h if it grows steadily'],
  ['!', 'there is advice about this row: press a'],
  ['~ …', 'an estimate; not read yet. As root all figures are exact'],
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
