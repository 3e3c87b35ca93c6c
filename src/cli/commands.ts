import type { SettingName, Settings } from './settings.ts';

export type CommandName =
  | 'top'
  | 'list'
  | 'scale'
  | 'advise'
  | 'tune'
  | 'record'
  | 'replay'
  | 'demo'
  | 'export'
  | 'config'
  | 'completion'
  | 'help'
  | 'version';

export interface Command {
  readonly name: CommandName;
  readonly help: string;
  /** What follows its name. */
  readonly operands: readonly Operand[];
  /** The settings whose options it takes. The configuration file is read by those that take `config`. */
  readonly takes: readonly SettingName[];
  /** What its settings are, whatever the configuration file says; options come before it. */
  readonly settings?: Partial<Settings>;
}

/** What is given to a command, by the name that `--help` has for it. */
export interface Operand {
  readonly name: string;
  /** What a shell completes it with. */
  readonly completion: readonly string[] | 'file' | null;
  /** Whether it may be left out. */
  readonly optional?: true;
}

const file: Operand = { name: 'FILE', completion: 'file' };

const everywhere: readonly SettingName[] = ['memory', 'color', 'config'];
const selection: readonly SettingName[] = ['filter', 'sort', 'user'];
const dashboard: readonly SettingName[] = [
  ...everywhere,
  ...selection,
  'delay',
  'hide',
  'readOnly',
  'ascii',
  'theme',
  'mouse',
];
const machine: readonly SettingName[] = ['source', 'proc'];

export const shells = ['bash', 'zsh', 'fish'] as const;

/** The dashboard, which is what runs where no command is named. */
const top: Command = {
  name: 'top',
  help: 'the live dashboard',
  operands: [],
  takes: [...dashboard, ...machine],
};

/** Every command but the dashboard, in the order in which they are told. */
export const namedCommands: readonly Command[] = [
  {
    name: 'list',
    help: 'one reading, to stdout',
    operands: [],
    takes: [...everywhere, ...selection, ...machine, 'readOnly', 'json'],
  },
  {
    name: 'scale',
    help: 'set or change the workers of one master',
    operands: [
      { name: 'TARGET', completion: null },
      { name: 'N|+N|-N', completion: ['+1', '-1'] },
    ],
    takes: [...everywhere, ...machine, 'readOnly', 'dryRun', 'yes', 'force', 'allowZero', 'json'],
  },
  {
    name: 'advise',
    help: 'watch, and tell how many workers would do',
    operands: [{ name: 'TARGET', completion: null, optional: true }],
    takes: [...everywhere, ...machine, 'for', 'json'],
    settings: { readOnly: true },
  },
  {
    name: 'tune',
    help: 'trim worker after worker for as long as nobody waits',
    operands: [{ name: 'TARGET', completion: null }],
    takes: [...everywhere, ...machine, 'readOnly', 'watchFor', 'wait', 'fewest', 'dryRun', 'json'],
  },
  {
    name: 'record',
    help: 'record to FILE (.gz: compressed); Ctrl-C stops',
    operands: [file],
    takes: [...everywhere, ...machine, 'delay', 'keep', 'max'],
  },
  {
    name: 'replay',
    help: 'the dashboard on a recording; p pauses, [ and ] go back and on',
    operands: [file],
    takes: [...dashboard, 'at'],
    settings: { delay: 1, readOnly: true },
  },
  {
    name: 'demo',
    help: 'the dashboard on a simulated host',
    operands: [],
    takes: dashboard,
    // A little faster than life.
    settings: { delay: 1 },
  },
  {
    name: 'export',
    help: 'metrics for Prometheus, read-only',
    operands: [],
    takes: [...everywhere, ...machine, 'listen', 'interval', 'tokenFile', 'textfile', 'once'],
    settings: { readOnly: true },
  },
  {
    name: 'config',
    help: 'the configuration in force, as a file',
    operands: [],
    takes: [...everywhere, 'delay', 'sort', 'hide', 'readOnly', 'ascii', 'mouse'],
  },
  {
    name: 'completion',
    help: 'completions for bash, zsh or fish, to be sourced',
    operands: [{ name: 'SHELL', completion: shells }],
    takes: [],
  },
];

/** SelfReport by `--help` and `--version` instead of doing anything; both are options too. */
const about: readonly Command[] = [
  { name: 'help', help: 'this help', operands: [], takes: [] },
  { name: 'version', help: 'the version', operands: [], takes: [] },
];

/** The options that are no settings: what is asked for instead of what the command does. */
export const questions = [
  { long: 'help', short: 'h', help: 'this help', command: 'help' },
  { long: 'version', short: 'V', help: 'the version', command: 'version' },
] as const;

export const allCommands: readonly Command[] = [top, ...namedCommands, ...about];

/** The row of a command. */
export function commandOf(name: CommandName): Command {
  return allCommands.find((row) => row.name === name) ?? top;
}

/** In brackets where it may be left out. */
function nameOf({ name, optional }: Operand): string {
  return optional === true ? `[${name}]` : name;
}

/** Such as `workertop scale TARGET N|+N|-N`. */
export function usageOf({ name, operands }: Command): string {
  return ['workertop', ...(name === 'top' ? [] : [name]), ...operands.map(nameOf)].join(' ');
}
