/** What a key asks for. */
export type Command =
  | 'up'
  | 'down'
  | 'page-up'
  | 'page-down'
  | 'top'
  | 'bottom'
  | 'open'
  | 'close'
  | 'open-all'
  | 'biggest'
  | 'fastest'
  | 'details'
  | 'add'
  | 'trim'
  | 'undo'
  | 'tag'
  | 'untag'
  | 'fit'
  | 'actions'
  | 'continue'
  | 'filter'
  | 'sort'
  | 'reverse'
  | 'freeze'
  | 'advice'
  | 'charts'
  | 'log'
  | 'memory'
  | 'refresh'
  | 'redraw'
  | 'suspend'
  | 'help'
  | 'escape'
  | 'quit'
  | 'interrupt';

export type Section = 'Move' | 'Workers' | 'Look' | 'Other';

export interface Binding {
  readonly command: Command;
  /** By blessed's full names; the first is the one that is told. */
  readonly keys: readonly string[];
  /** How they are told. */
  readonly label: string;
  readonly help: string;
  readonly section: Section;
  /** A word for the footer, and how much it deserves its place there: 1 is the last to go. */
  readonly footer?: { readonly word: string; readonly rank: number };
}

/** Every key: the help screen, the footer and the README are made of this. */
export const bindings: readonly Binding[] = [
  {
    command: 'add',
    keys: ['+', '='],
    label: '+',
    help: 'add a worker to the selected master; again for one more',
    section: 'Workers',
    footer: { word: 'add', rank: 2 },
  },
  {
    command: 'trim',
    keys: ['-', '_'],
    label: '-',
    help: 'trim a worker from the selected master; again for one fewer',
    section: 'Workers',
    footer: { word: 'trim', rank: 3 },
  },
  {
    command: 'undo',
    keys: ['u'],
    label: 'u',
    help: 'undo the last change of workers',
    section: 'Workers',
    footer: { word: 'undo', rank: 5 },
  },
  {
    command: 'tag',
    keys: ['space'],
    label: 'Space',
    help: 'tag a master: + and - then act on all that are tagged',
    section: 'Workers',
  },
  { command: 'untag', keys: ['S-u'], label: 'U', help: 'take all tags away', section: 'Workers' },
  {
    command: 'fit',
    keys: ['S-a'],
    label: 'A',
    help: 'fit: the fewest trims that bring memory under a target',
    section: 'Workers',
    footer: { word: 'fit', rank: 10 },
  },
  {
    command: 'actions',
    keys: ['f9'],
    label: 'F9',
    help: 'continue, reload, recycle, stop or kill the selected process',
    section: 'Workers',
  },
  { command: 'continue', keys: ['c'], label: 'c', help: 'continue a stopped process (SIGCONT)', section: 'Workers' },
  {
    command: 'details',
    keys: ['enter'],
    label: 'Enter',
    help: 'all about the selected row',
    section: 'Look',
    footer: { word: 'details', rank: 6 },
  },
  {
    command: 'filter',
    keys: ['/', 'f3', 'f4'],
    label: '/ F3 F4',
    help: 'filter by project, virtualenv, app, pid, user or command',
    section: 'Look',
    footer: { word: 'filter', rank: 7 },
  },
  {
    command: 'sort',
    keys: ['s', 'f6'],
    label: 's F6',
    help: 'choose what to sort by',
    section: 'Look',
    footer: { word: 'sort', rank: 8 },
  },
  { command: 'reverse', keys: ['S-i'], label: 'I', help: 'turn the order round', section: 'Look' },
  {
    command: 'advice',
    keys: ['a'],
    label: 'a',
    help: 'advice: what could be done, and why',
    section: 'Look',
    footer: { word: 'advice', rank: 9 },
  },
  {
    command: 'charts',
    keys: ['t'],
    label: 't',
    help: 'memory over time, by project',
    section: 'Look',
    footer: { word: 'charts', rank: 11 },
  },
  {
    command: 'memory',
    keys: ['w'],
    label: 'w',
    help: 'where the memory is: who and what has all of it',
    section: 'Look',
    footer: { word: 'where', rank: 13 },
  },
  {
    command: 'log',
    keys: ['l'],
    label: 'l',
    help: 'what was done in this session',
    section: 'Look',
    footer: { word: 'log', rank: 12 },
  },
  { command: 'freeze', keys: ['p'], label: 'p', help: 'freeze the display, and go on', section: 'Look' },
  { command: 'up', keys: ['up', 'k', 'C-p'], label: '↑ k', help: 'up', section: 'Move' },
  { command: 'down', keys: ['down', 'j', 'C-n'], label: '↓ j', help: 'down', section: 'Move' },
  { command: 'page-up', keys: ['pageup', 'C-b'], label: 'PgUp', help: 'a page up', section: 'Move' },
  { command: 'page-down', keys: ['pagedown', 'C-f'], label: 'PgDn', help: 'a page down', section: 'Move' },
  { command: 'top', keys: ['home', 'g'], label: 'Home g', help: 'to the top', section: 'Move' },
  { command: 'bottom', keys: ['end', 'S-g'], label: 'End G', help: 'to the bottom', section: 'Move' },
  { command: 'open', keys: ['right'], label: '→', help: 'open a project, a master or system', section: 'Move' },
  { command: 'close', keys: ['left'], label: '←', help: 'close it, or go to what it is part of', section: 'Move' },
  {
    command: 'open-all',
    keys: ['f5', 'tab'],
    label: 'F5 Tab',
    help: 'close all rows, and open them again',
    section: 'Move',
  },
  { command: 'biggest', keys: ['m'], label: 'm', help: 'to the process that takes most memory', section: 'Move' },
  { command: 'fastest', keys: ['S-m'], label: 'M', help: 'to the process that grows fastest', section: 'Move' },
  { command: 'refresh', keys: ['r'], label: 'r', help: 'read now', section: 'Other' },
  { command: 'redraw', keys: ['C-l'], label: 'Ctrl-L', help: 'draw the screen anew', section: 'Other' },
  { command: 'suspend', keys: ['C-z'], label: 'Ctrl-Z', help: 'suspend; fg brings it back', section: 'Other' },
  {
    command: 'escape',
    keys: ['escape'],
    label: 'Esc',
    help: 'close a panel, cancel a running change, clear the filter',
    section: 'Other',
  },
  {
    command: 'help',
    keys: ['?', 'f1', 'h'],
    label: '? F1',
    help: 'this help',
    section: 'Other',
    footer: { word: 'help', rank: 4 },
  },
  {
    command: 'quit',
    keys: ['q', 'f10'],
    label: 'q F10',
    help: 'quit',
    section: 'Other',
    footer: { word: 'quit', rank: 1 },
  },
  { command: 'interrupt', keys: ['C-c'], label: 'Ctrl-C', help: 'quit, with exit code 130', section: 'Other' },
];

const commands = new Map(bindings.flatMap(({ keys, command }) => keys.map((key) => [key, command] as const)));

/** Null for a key that does nothing. */
export function commandFor(key: string): Command | null {
  return commands.get(key) ?? null;
}
