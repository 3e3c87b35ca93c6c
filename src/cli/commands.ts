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
  /** Its arguments after its name. */
  readonly operands: readonly Operand[];
  /** The settings whose options it takes. Commands that take `config` read the configuration file. */
  readonly takes: readonly SettingName[];
  /** Settings that it fixes, whatever the configuration file says. Options take precedence. */
  readonly settings?: Partial<Settings>;
}

/** An argument of a command, by its name in `--help`. */
export interface Operand {
  readonly name: string;
  /** How a shell completes it. */
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

/** Commands that can look at another machine. */
const anywhere: readonly SettingName[] = [...machine, 'hosts', 'sudo'];

export const shells = ['bash', 'zsh', 'fish'] as const;

/** The dashboard, which runs if no command is named. */
const top: Command = {
  name: 'top',
  help: 'the live dashboard',
  operands: [],
  takes: [...dashboard, ...anywhere, 'hostsFile'],
};

/** Every command but the dashboard, in the order in which help lists them. */
export const namedCommands: readonly Command[] = [
  {
    name: 'list',
    help: 'print one reading',
    operands: [],
    takes: [...everywhere, ...selection, ...anywhere, 'hostsFile', 'readOnly', 'json'],
  },
  {
    name: 'scale',
    help: 'set or change the number of workers of a server',
    operands: [
      { name: 'TARGET', completion: null },
      { name: 'N|+N|-N', completion: ['+1', '-1'] },
    ],
    takes: [...everywhere, ...anywhere, 'readOnly', 'dryRun', 'yes', 'force', 'allowZero', 'json'],
  },
  {
    name: 'advise',
    help: 'watch, and say how many workers are enough',
    operands: [{ name: 'TARGET', completion: null, optional: true }],
    takes: [...everywhere, ...anywhere, 'for', 'json'],
    settings: { readOnly: true },
  },
  {
    name: 'tune',
    help: 'trim workers one by one while no request waits',
    operands: [{ name: 'TARGET', completion: null }],
    takes: [...everywhere, ...anywhere, 'readOnly', 'watchFor', 'wait', 'fewest', 'keepTrim', 'dryRun', 'json'],
  },
  {
    name: 'record',
    help: 'record to FILE (.gz compresses); Ctrl-C stops',
    operands: [file],
    takes: [...everywhere, ...anywhere, 'delay', 'keep', 'max', 'peers'],
  },
  {
    name: 'replay',
    help: 'the dashboard on a recording; p pauses, [ ] step',
    operands: [file],
    takes: [...dashboard, 'at'],
    settings: { delay: 1, readOnly: true },
  },
  {
    name: 'demo',
    help: 'the dashboard on a simulated machine',
    operands: [],
    takes: dashboard,
    // A little faster than real time.
    settings: { delay: 1, watchFor: 60 },
  },
  {
    name: 'export',
    help: 'serve metrics for Prometheus; read-only',
    operands: [],
    takes: [...everywhere, ...machine, 'listen', 'interval', 'tokenFile', 'textfile', 'once'],
    settings: { readOnly: true },
  },
  {
    name: 'config',
    help: 'print the configuration in force, as a file',
    operands: [],
    takes: [...everywhere, 'delay', 'sort', 'hide', 'readOnly', 'ascii', 'mouse'],
  },
  {
    name: 'completion',
    help: 'print completions for bash, zsh or fish',
    operands: [{ name: 'SHELL', completion: shells }],
    takes: [],
  },
];

/** Commands that `--help` and `--version` stand for. */
const about: readonly Command[] = [
  { name: 'help', help: 'this help', operands: [], takes: [] },
  { name: 'version', help: 'the version', operands: [], takes: [] },
];

/** Options that are not settings: `--help` and `--version` replace the command. */
export const infoOptions = [
  { long: 'help', short: 'h', help: 'this help', command: 'help' },
  { long: 'version', short: 'V', help: 'the version', command: 'version' },
] as const;

export const allCommands: readonly Command[] = [top, ...namedCommands, ...about];

/** The row of a command. */
export function commandOf(name: CommandName): Command {
  return allCommands.find((row) => row.name === name) ?? top;
}

/** Its name, in brackets if it may be left out. */
function nameOf({ name, optional }: Operand): string {
  return optional === true ? `[${name}]` : name;
}

/** The usage of a command, such as `workertop scale TARGET N|+N|-N`. */
export function usageOf({ name, operands }: Command): string {
  return ['workertop', ...(name === 'top' ? [] : [name]), ...operands.map(nameOf)].join(' ');
}
