import { isSortKey, type SortKey, sortKeys } from '../state/sort.ts';

/** Wrong usage: one line for stderr, and exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export type CommandName = 'top' | 'list' | 'scale' | 'record' | 'replay' | 'demo' | 'config' | 'help' | 'version';

export interface Options {
  readonly command: CommandName;
  /** What follows the command. */
  readonly operands: readonly string[];
  /** Seconds. */
  readonly delay: number | null;
  readonly filter: string | null;
  readonly sort: SortKey | null;
  readonly user: string | null;
  /** Bytes. */
  readonly memory: number | null;
  readonly readOnly: boolean;
  readonly source: 'proc' | 'portable';
  readonly proc: string;
  readonly dryRun: boolean;
  /** Whether a server's own command may be run. */
  readonly yes: boolean;
  readonly allowZero: boolean;
  readonly json: boolean;
  readonly color: boolean;
  readonly ascii: boolean;
  readonly mouse: boolean;
  readonly config: string | null;
}

type Draft = { -readonly [Name in keyof Options]: Options[Name] };

interface OptionRow {
  readonly short?: string;
  readonly long: string;
  /** What its value is called; none for a switch. */
  readonly value?: string;
  readonly help: string;
  /** Commands that know it; all when left out. */
  readonly commands?: readonly CommandName[];
  readonly apply: (draft: Draft, value: string) => void;
}

const dashboards: readonly CommandName[] = ['top', 'demo', 'replay'];

/** Every option: parsing, `--help` and the README are made of this. */
const optionRows: readonly OptionRow[] = [
  {
    short: 'd',
    long: 'delay',
    value: 'SECONDS',
    help: 'time between readings (2)',
    commands: [...dashboards, 'record'],
    apply: (draft, value) => {
      draft.delay = parseDelay(value);
    },
  },
  {
    short: 's',
    long: 'sort',
    value: 'KEY',
    help: `sort by ${Object.keys(sortKeys).join(', ')}`,
    commands: dashboards,
    apply: (draft, value) => {
      if (!isSortKey(value))
        throw new UsageError(`unknown sort key ${value}: it is one of ${Object.keys(sortKeys).join(', ')}`);
      draft.sort = value;
    },
  },
  {
    short: 'f',
    long: 'filter',
    value: 'TEXT',
    help: 'show what matches: project, virtualenv, app, pid, user, command',
    commands: dashboards,
    apply: (draft, value) => {
      draft.filter = value;
    },
  },
  {
    short: 'u',
    long: 'user',
    value: 'NAME',
    help: "show only this user's processes",
    commands: dashboards,
    apply: (draft, value) => {
      draft.user = value;
    },
  },
  {
    long: 'memory',
    value: 'SIZE',
    help: 'count shares of SIZE, such as 1.5G',
    apply: (draft, value) => {
      draft.memory = parseSize(value);
    },
  },
  {
    long: 'source',
    value: 'NAME',
    help: 'proc (exact, Linux) or portable (ps, RSS only)',
    commands: ['top', 'list', 'scale', 'record'],
    apply: (draft, value) => {
      if (value !== 'proc' && value !== 'portable')
        throw new UsageError(`unknown source ${value}: it is proc or portable`);
      draft.source = value;
    },
  },
  {
    long: 'proc',
    value: 'DIR',
    help: 'another proc tree; looking only (/proc)',
    commands: ['top', 'list', 'scale', 'record'],
    apply: (draft, value) => {
      draft.proc = value;
    },
  },
  {
    long: 'read-only',
    help: 'send no signals at all',
    commands: [...dashboards, 'list', 'scale'],
    apply: (draft) => {
      draft.readOnly = true;
    },
  },
  {
    long: 'dry-run',
    help: '(scale) say what would be done',
    commands: ['scale'],
    apply: (draft) => {
      draft.dryRun = true;
    },
  },
  {
    long: 'yes',
    help: "(scale) run the server's own command, where it takes no signals",
    commands: ['scale'],
    apply: (draft) => {
      draft.yes = true;
    },
  },
  {
    long: 'allow-zero',
    help: '(scale) down to no worker at all, where the server lets that be',
    commands: ['scale'],
    apply: (draft) => {
      draft.allowZero = true;
    },
  },
  {
    long: 'json',
    help: '(list, scale) for programs',
    commands: ['list', 'scale'],
    apply: (draft) => {
      draft.json = true;
    },
  },
  {
    long: 'no-color',
    help: 'no colours; NO_COLOR in the environment does it too',
    apply: (draft) => {
      draft.color = false;
    },
  },
  {
    long: 'ascii',
    help: 'no characters beyond ASCII',
    commands: dashboards,
    apply: (draft) => {
      draft.ascii = true;
    },
  },
  {
    long: 'mouse',
    help: 'click and wheel; selecting text then takes Shift',
    commands: dashboards,
    apply: (draft) => {
      draft.mouse = true;
    },
  },
  {
    long: 'config',
    value: 'FILE',
    help: 'another configuration file',
    apply: (draft, value) => {
      draft.config = value;
    },
  },
  {
    short: 'h',
    long: 'help',
    help: 'this help',
    apply: (draft) => {
      draft.command = 'help';
    },
  },
  {
    short: 'V',
    long: 'version',
    help: 'the version',
    apply: (draft) => {
      if (draft.command !== 'help') draft.command = 'version';
    },
  },
];

interface CommandRow {
  readonly name: CommandName;
  readonly usage: string;
  readonly help: string;
  /** How many operands it takes. */
  readonly operands: number;
}

const commandRows: readonly CommandRow[] = [
  { name: 'top', usage: '', help: 'the live dashboard', operands: 0 },
  { name: 'list', usage: 'list', help: 'one reading, to stdout', operands: 0 },
  { name: 'scale', usage: 'scale TARGET N|+N|-N', help: 'set or change the workers of one master', operands: 2 },
  { name: 'record', usage: 'record FILE', help: 'keep readings in FILE (.gz: compressed) until Ctrl-C', operands: 1 },
  { name: 'replay', usage: 'replay FILE', help: 'the dashboard on a recording; p stops and goes on', operands: 1 },
  { name: 'demo', usage: 'demo', help: 'the dashboard on a simulated host', operands: 0 },
  { name: 'config', usage: 'config', help: 'the configuration in force, as a file', operands: 0 },
];

const initial: Options = {
  command: 'top',
  operands: [],
  delay: null,
  filter: null,
  sort: null,
  user: null,
  memory: null,
  readOnly: false,
  source: 'proc',
  proc: '/proc',
  dryRun: false,
  yes: false,
  allowZero: false,
  json: false,
  color: true,
  ascii: false,
  mouse: false,
  config: null,
};

/** Reads a command line. @throws UsageError for whatever is wrong with it */
export function parseOptions(argv: readonly string[]): Options {
  const draft: Draft = { ...initial };
  const words: string[] = [];
  const used: OptionRow[] = [];
  for (let index = 0; index < argv.length; index++) {
    const word = argv[index] ?? '';
    // `-1` is no option: it asks for one worker fewer.
    if (word === '-' || !word.startsWith('-') || /^-\d+$/.test(word)) {
      words.push(word);
      continue;
    }
    if (word === '--') {
      words.push(...argv.slice(index + 1));
      break;
    }
    const { row, attached } = findOption(word);
    used.push(row);
    if (row.value === undefined) {
      if (attached !== null) throw new UsageError(`--${row.long} takes no value`);
      row.apply(draft, '');
      continue;
    }
    const value = attached ?? argv[++index];
    if (value === undefined) throw new UsageError(`--${row.long} needs a value: ${row.value}`);
    row.apply(draft, value);
  }
  if (draft.command === 'help' || draft.command === 'version') return draft;
  return withCommand(draft, words, used);
}

function findOption(word: string): { readonly row: OptionRow; readonly attached: string | null } {
  const long = /^--([^=]+)(?:=(.*))?$/s.exec(word);
  if (long) {
    const row = optionRows.find((one) => one.long === long[1]);
    if (row) return { row, attached: long[2] ?? null };
  } else {
    const row = optionRows.find((one) => one.short === word[1]);
    if (row && (row.value !== undefined || word.length === 2)) {
      return { row, attached: word.length > 2 ? word.slice(2).replace(/^=/, '') : null };
    }
  }
  throw new UsageError(`unknown option ${word.replace(/=.*$/s, '')}: workertop --help tells all`);
}

function withCommand(draft: Draft, [name, ...operands]: readonly string[], used: readonly OptionRow[]): Options {
  if (name === 'help') return { ...draft, command: 'help' };
  const row = commandRows.find((one) => one.name === (name ?? 'top') && name !== 'top');
  const command = name === undefined ? commandRows[0] : row;
  if (command === undefined) throw new UsageError(`unknown command ${name}: workertop --help tells all`);
  draft.command = command.name;
  if (operands.length !== command.operands) throw new UsageError(`usage: workertop ${command.usage} [options]`);
  const foreign = used.find(({ commands }) => commands !== undefined && !commands.includes(command.name));
  if (foreign)
    throw new UsageError(
      `--${foreign.long} has no meaning for ${command.name === 'top' ? 'the dashboard' : command.name}`,
    );
  return { ...draft, operands };
}

/** Seconds. @throws UsageError when it is no positive number */
export function parseDelay(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value <= 0)
    throw new UsageError(`a delay is a positive number of seconds, not ${text || 'nothing'}`);
  if (value < 0.1 || value > 3600) throw new UsageError(`a delay is between 0.1 and 3600 seconds, not ${text}`);
  return value;
}

const factors: Readonly<Record<string, number>> = { '': 1, K: 1024, M: 1024 ** 2, G: 1024 ** 3, T: 1024 ** 4 };

/** Bytes of `1.5G`, `512M`, `1536MiB`: powers of 1,024. @throws UsageError when it is none */
export function parseSize(text: string): number {
  const [, number = '', unit = ''] = /^(\d+(?:\.\d+)?)\s*([KMGT]?)(?:i?B)?$/i.exec(text.trim()) ?? [];
  const size = Math.round(Number(number) * (factors[unit.toUpperCase()] ?? Number.NaN));
  if (number === '' || !Number.isSafeInteger(size) || size < 1024 ** 2) {
    throw new UsageError(`a size is such as 1.5G or 512M, and 1M at least, not ${text || 'nothing'}`);
  }
  return size;
}

/** How many workers: `3` sets, `+1` and `-1` change. @throws UsageError when it is none of these */
export function parseCount(text: string): { readonly sign: '' | '+' | '-'; readonly number: number } {
  const [, sign = '', digits = ''] = /^([+-]?)(\d{1,4})$/.exec(text) ?? [];
  if (digits === '') throw new UsageError(`a number of workers is N, +N or -N, not ${text || 'nothing'}`);
  return { sign: sign as '' | '+' | '-', number: Number(digits) };
}

/** What `--help` says. */
export function helpText(): string {
  const commands = commandRows.map(({ usage, help }) => `  ${`workertop ${usage || '[options]'}`.padEnd(42)}${help}`);
  const options = optionRows.map(({ short, long, value, help }) => {
    const name = `${short ? `-${short}, ` : '    '}--${long}${value ? ` ${value}` : ''}`;
    return `  ${name.padEnd(26)}${help}`;
  });
  return [
    'workertop: which web project and which worker takes the memory of this server, and trim it',
    '',
    ...commands,
    '',
    '  TARGET is a pid of a master, a project, or project:server, such as shop:gunicorn;',
    '  an app of pm2 goes by project:app too.',
    '',
    ...options,
    '',
    'Exit codes: 0 done; 1 it could not be done; 2 wrong usage; 130, 143, 129 ended by a signal.',
    '',
  ].join('\n');
}
