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
  | 'tune'
  | 'actions'
  | 'continue'
  | 'filter'
  | 'search'
  | 'search-next'
  | 'sort'
  | 'reverse'
  | 'freeze'
  | 'advice'
  | 'history'
  | 'settings'
  | 'copy'
  | 'step-back'
  | 'step-on'
  | 'minute-back'
  | 'minute-on'
  | 'event-back'
  | 'event-on'
  | 'slower'
  | 'faster'
  | 'log'
  | 'memory'
  | 'how-many'
  | 'refresh'
  | 'redraw'
  | 'suspend'
  | 'help'
  | 'escape'
  | 'quit'
  | 'interrupt';

export type Section = 'Move' | 'Workers' | 'Look' | 'Recording' | 'Other';

export interface Binding {
  readonly command: Command;
  /** blessed's full names; the first is shown. */
  readonly keys: readonly string[];
  /** The keys as shown to users. */
  readonly label: string;
  readonly help: string;
  readonly section: Section;
  /** A word for the footer, and its rank there: 1 is the last to be left out. */
  readonly footer?: { readonly word: string; readonly rank: number };
  /** Whether it sends signals. It is not offered if none may be sent. */
  readonly changes?: true;
  /** Whether it is for recordings only. */
  readonly recording?: true;
}

/** Every key: the help screen, the footer and the README are made of this. */
export const bindings: readonly Binding[] = [
  {
    command: 'add',
    keys: ['+', '='],
    label: '+',
    help: 'add a worker; again for one more',
    section: 'Workers',
    footer: { word: 'add', rank: 2 },
    changes: true,
  },
  {
    command: 'trim',
    keys: ['-', '_'],
    label: '-',
    help: 'trim a worker; again for one fewer',
    section: 'Workers',
    footer: { word: 'trim', rank: 3 },
    changes: true,
  },
  {
    command: 'undo',
    keys: ['u'],
    label: 'u',
    help: 'undo the last change of workers',
    section: 'Workers',
    footer: { word: 'undo', rank: 5 },
    changes: true,
  },
  {
    command: 'tag',
    keys: ['space'],
    label: 'Space',
    help: 'tag a server: + and - then act on all tagged ones',
    section: 'Workers',
  },
  { command: 'untag', keys: ['S-u'], label: 'U', help: 'clear all tags', section: 'Workers' },
  {
    command: 'fit',
    keys: ['S-a'],
    label: 'A',
    help: 'fit: the fewest trims that bring memory under a target',
    section: 'Workers',
    footer: { word: 'fit', rank: 10 },
    changes: true,
  },
  {
    command: 'tune',
    keys: ['S-t'],
    label: 'T',
    help: 'tune: trim one by one while no request waits; Esc puts back',
    section: 'Workers',
    footer: { word: 'tune', rank: 11 },
    changes: true,
  },
  {
    command: 'copy',
    keys: ['y'],
    label: 'y',
    help: 'copy the line to edit, so that a change outlives a restart',
    section: 'Workers',
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
    help: 'details of the selected row',
    section: 'Look',
    footer: { word: 'details', rank: 6 },
  },
  {
    command: 'history',
    keys: ['t'],
    label: 't',
    help: 'memory over time, and what changed it',
    section: 'Look',
    footer: { word: 'history', rank: 9 },
  },
  {
    command: 'filter',
    keys: ['/', 'f4', '\\'],
    label: '/ F4',
    help: 'filter by project, virtualenv, app, pid, user or command',
    section: 'Look',
    footer: { word: 'filter', rank: 7 },
  },
  {
    command: 'search',
    keys: ['f3'],
    label: 'F3',
    help: 'search: go to the first row that contains a text',
    section: 'Look',
  },
  { command: 'search-next', keys: ['n'], label: 'n', help: 'go to the next match', section: 'Look' },
  {
    command: 'sort',
    keys: ['s', 'f6'],
    label: 's F6',
    help: 'choose what to sort by',
    section: 'Look',
    footer: { word: 'sort', rank: 8 },
  },
  { command: 'reverse', keys: ['S-i'], label: 'I', help: 'reverse the sort order', section: 'Look' },
  {
    command: 'advice',
    keys: ['a'],
    label: 'a',
    help: 'advice: what could be done, and why',
    section: 'Look',
    footer: { word: 'advice', rank: 11 },
  },
  {
    command: 'how-many',
    keys: ['w'],
    label: 'w',
    help: 'how many workers: memory, who would wait, what was seen',
    section: 'Look',
    footer: { word: 'how many?', rank: 7 },
  },
  {
    command: 'memory',
    keys: ['S-w'],
    label: 'W',
    help: 'where all the memory is',
    section: 'Look',
    footer: { word: 'where', rank: 13 },
  },
  {
    command: 'log',
    keys: ['l'],
    label: 'l',
    help: 'session log',
    section: 'Look',
    footer: { word: 'log', rank: 12 },
  },
  {
    command: 'settings',
    keys: ['f2'],
    label: 'F2',
    help: 'settings: columns, theme, delay, confirmation, mouse',
    section: 'Look',
    footer: { word: 'settings', rank: 13 },
  },
  { command: 'freeze', keys: ['p'], label: 'p', help: 'pause / resume', section: 'Look' },
  { command: 'up', keys: ['up', 'k', 'C-p'], label: '↑ k', help: 'up', section: 'Move' },
  { command: 'down', keys: ['down', 'j', 'C-n'], label: '↓ j', help: 'down', section: 'Move' },
  { command: 'page-up', keys: ['pageup', 'C-b'], label: 'PgUp', help: 'page up', section: 'Move' },
  { command: 'page-down', keys: ['pagedown', 'C-f'], label: 'PgDn', help: 'page down', section: 'Move' },
  { command: 'top', keys: ['home', 'g'], label: 'Home g', help: 'to the top', section: 'Move' },
  { command: 'bottom', keys: ['end', 'S-g'], label: 'End G', help: 'to the bottom', section: 'Move' },
  { command: 'open', keys: ['right'], label: '→', help: 'open a project, a server or system', section: 'Move' },
  { command: 'close', keys: ['left'], label: '←', help: 'collapse, or go to its parent', section: 'Move' },
  { command: 'open-all', keys: ['f5', 'tab'], label: 'F5 Tab', help: 'collapse / expand all', section: 'Move' },
  { command: 'biggest', keys: ['m'], label: 'm', help: 'jump to the largest process', section: 'Move' },
  { command: 'fastest', keys: ['S-m'], label: 'M', help: 'jump to the process that grows fastest', section: 'Move' },
  {
    command: 'step-back',
    keys: [','],
    label: ',',
    help: 'previous reading',
    section: 'Recording',
    recording: true,
  },
  { command: 'step-on', keys: ['.'], label: '.', help: 'next reading', section: 'Recording', recording: true },
  {
    command: 'minute-back',
    keys: ['['],
    label: '[',
    help: 'back one minute',
    section: 'Recording',
    footer: { word: '1 min back', rank: 2 },
    recording: true,
  },
  {
    command: 'minute-on',
    keys: [']'],
    label: ']',
    help: 'forward one minute',
    section: 'Recording',
    footer: { word: 'on', rank: 3 },
    recording: true,
  },
  {
    command: 'event-back',
    keys: ['S-e'],
    label: 'E',
    help: 'previous event',
    section: 'Recording',
    recording: true,
  },
  {
    command: 'event-on',
    keys: ['e'],
    label: 'e',
    help: 'next event',
    section: 'Recording',
    footer: { word: 'next event', rank: 5 },
    recording: true,
  },
  { command: 'slower', keys: ['<'], label: '<', help: 'half as fast', section: 'Recording', recording: true },
  { command: 'faster', keys: ['>'], label: '>', help: 'twice as fast', section: 'Recording', recording: true },
  { command: 'refresh', keys: ['r'], label: 'r', help: 'refresh now', section: 'Other' },
  { command: 'redraw', keys: ['C-l'], label: 'Ctrl-L', help: 'redraw the screen', section: 'Other' },
  { command: 'suspend', keys: ['C-z'], label: 'Ctrl-Z', help: 'suspend; fg brings it back', section: 'Other' },
  {
    command: 'escape',
    keys: ['escape'],
    label: 'Esc',
    help: 'close a panel, cancel a running change, clear tags or the filter, go back to the machines',
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

/** The command of a key; null if it does nothing. */
export function commandFor(key: string): Command | null {
  return commands.get(key) ?? null;
}
