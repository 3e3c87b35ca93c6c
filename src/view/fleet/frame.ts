import type { FleetState } from '../../state/fleet/fleet-state.ts';
import type { FleetTarget } from '../../state/fleet/fleet-update.ts';
import { fleetBindings } from '../../state/fleet/keymap.ts';
import { machineSortKeys, machineSortNames } from '../../state/fleet/sort.ts';
import { messageLines, SMALLEST } from '../../state/layout.ts';
import { cut, fill, wrap } from '../../text/width.ts';
import { type Hint, hint, hintKeyAt, hintLine } from '../hints.ts';
import { framed, lastScroll, type PanelContent, sizeOf } from '../panels/panel.ts';
import { overlaid } from '../spans.ts';
import { type Line, plain, span } from '../style.ts';
import type { Theme } from '../theme.ts';
import { fleetMessage } from './about.ts';
import { fleetHeader } from './header.ts';
import type { FleetScene } from './scene.ts';
import { fleetTable, machineAt } from './table.ts';

const KEY_COLUMNS = 11;

/** The lines of the whole screen: a pure function of the state and the theme. */
export function fleetFrame(scene: FleetScene): readonly Line[] {
  const { state, theme } = scene;
  const { columns, lines } = state;
  if (columns < SMALLEST.columns || lines < SMALLEST.lines)
    return [[span(cut(`workertop: ${columns}×${lines} is too small, q quits`, columns), theme.warning)]];
  const bottom = [...fleetMessage(scene), hintLine(hintsOf(state), columns, theme)];
  const height = lines - 1 - bottom.length;
  const rows = fleetTable(scene);
  const middle = Array.from({ length: height }, (_, index) => rows[index] ?? []);
  return [fleetHeader(scene), ...withPanel(middle, scene), ...bottom];
}

function withPanel(middle: readonly Line[], { state, theme }: FleetScene): readonly Line[] {
  const { mode, columns } = state;
  if (mode.type === 'help') return framed(help(state, theme), columns, middle.length, theme);
  if (mode.type !== 'sort') return middle;
  const content = sortMenu(state, mode.index, theme);
  const size = sizeOf(content, columns - 2, middle.length);
  return overlaid(
    middle,
    framed(content, size.columns, size.lines, theme),
    Math.min(4, columns - size.columns),
    1,
    columns,
  );
}

/** Limits the scroll of the help to its last page. */
export function clampFleetScroll({ state, theme }: FleetScene): FleetState {
  if (state.mode.type !== 'help') return state;
  // The header, the footer and the frame of the panel take lines too.
  const height = state.lines - 2 - messageLines(state) - 2;
  const scroll = Math.min(state.mode.scroll, lastScroll(help(state, theme), height));
  return scroll === state.mode.scroll ? state : { ...state, mode: { type: 'help', scroll } };
}

function sortMenu({ sort, reverse }: FleetState, index: number, theme: Theme): PanelContent {
  const lines = machineSortNames.map((key, at): Line => {
    const mark = key === sort ? theme.glyphs.tag : ' ';
    const text = ` ${mark} ${fill(key, 10)}${fill(machineSortKeys[key], 40)}`;
    return [span(text, at === index ? theme.selected(plain) : plain)];
  });
  return { title: reverse ? 'Sort by, reversed' : 'Sort by', lines, focus: index };
}

const explained: readonly (readonly [string, string])[] = [
  ['USED', 'memory used, as in free(1), of the total'],
  ['CPU', 'of all cores, between two readings'],
  ['QUEUE', 'connections waiting to be accepted'],
  [
    'SO FAR',
    'short of memory: less than 5 % was available, it swaps, or tasks wait for memory. Could be smaller: watched for 10 minutes or more, it never used more than 80 % of half its memory and half its cores. Other times may need more',
  ],
];

function help(state: FleetState, theme: Theme): PanelContent {
  const lines: Line[] = [];
  const tell = (key: string, text: string) =>
    lines.push(
      ...wrap(text, state.columns - 4 - KEY_COLUMNS).map(
        (part, index): Line => [span(fill(index === 0 ? key : '', KEY_COLUMNS), theme.key), span(part)],
      ),
    );
  for (const { label, help: text } of fleetBindings) tell(label, text);
  lines.push([], [span('Columns', theme.title)]);
  for (const [name, text] of explained) tell(name, text);
  return { title: 'Keys', lines, scroll: state.mode.type === 'help' ? state.mode.scroll : 0 };
}

function hintsOf({ mode }: FleetState): readonly Hint[] {
  switch (mode.type) {
    case 'table':
      return fleetBindings.flatMap(({ label, keys, footer }) =>
        footer === undefined ? [] : [hint(label.split(' ')[0] ?? label, footer.word, footer.rank, keys[0] ?? null)],
      );
    case 'filter':
      return [hint('Enter', 'keep it', 2, 'enter'), hint('Esc', 'clear it', 1, 'escape')];
    case 'sort':
      return [
        hint('↑↓', 'choose', 3),
        hint('Enter', 'sort', 2, 'enter'),
        hint('I', 'reverse', 4, 'S-i'),
        hint('Esc', 'close', 1, 'escape'),
      ];
    case 'help':
      return [hint('↑↓', 'scroll', 2), hint('Esc', 'close', 1, 'escape')];
  }
}

/** What the mouse points at, by column and line of the screen. */
export function fleetTargetAt(state: FleetState, column: number, line: number): FleetTarget {
  if (line === state.lines - 1) {
    const key = hintKeyAt(hintsOf(state), state.columns, column);
    return key === null ? { type: 'none' } : { type: 'key', key };
  }
  const index = machineAt(state, line);
  return index === null ? { type: 'none' } : { type: 'row', index };
}
