import type { GroupRule } from '../model/projects/rules.ts';
import { sortNames } from '../state/sort.ts';
import {
  address,
  columns,
  confirmName,
  count,
  flag,
  period,
  seconds,
  share,
  size,
  sortKey,
  sourceName,
  text,
  themeName,
  timeSpan,
  type ValueKind,
} from './value-kinds.ts';

/** One setting: its names, its help, its kind of value and its default. */
export interface Setting<Value> {
  readonly kind: ValueKind<Value>;
  readonly initial: NoInfer<Value>;
  /** For `--help`, the README, the man page, completions and the configuration file. */
  readonly help: string;
  /** Its option; left out if only the configuration file has the setting. */
  readonly option?: {
    /** Without `--`. */
    readonly long: string;
    readonly short?: string;
    /** The name of its value; left out for a switch. */
    readonly value?: string;
    /** Whether the switch turns the setting off. */
    readonly off?: true;
    /** The option's help, if it differs from the setting's. */
    readonly help?: string;
  };
  /** Its key in the configuration file; left out if only the command line has the setting. */
  readonly key?: string;
  /** A value that `workertop config` shows if none is set. */
  readonly example?: string;
}

function setting<Value>(row: Setting<Value>): Setting<Value> {
  return row;
}

const table = {
  delay: setting({
    kind: seconds,
    initial: 2,
    help: 'seconds between readings',
    option: { long: 'delay', short: 'd', value: 'SECONDS' },
    key: 'delay',
  }),
  sort: setting({
    kind: sortKey,
    initial: 'mem',
    help: 'what the table is sorted by',
    option: { long: 'sort', short: 's', value: 'KEY', help: `sort by ${sortNames.join(', ')}` },
    key: 'sort',
  }),
  filter: setting({
    kind: text<string>(null),
    initial: '',
    help: 'show what matches: project, virtualenv, app, pid, user, command',
    option: { long: 'filter', short: 'f', value: 'TEXT' },
  }),
  user: setting({
    kind: text<null>('user'),
    initial: null,
    help: "show only this user's processes",
    option: { long: 'user', short: 'u', value: 'NAME' },
  }),
  hide: setting({
    kind: columns,
    initial: [],
    help: 'columns not to show',
    option: { long: 'hide', value: 'COLUMNS', help: 'columns not to show, such as swap,trend' },
    key: 'hide',
  }),
  memory: setting({
    kind: size,
    initial: null,
    help: 'count shares of this size, not of what the machine has',
    option: { long: 'memory', value: 'SIZE', help: 'count shares of SIZE, such as 1.5G' },
    key: 'memory',
    example: '1.5G',
  }),
  source: setting({
    kind: sourceName,
    initial: 'proc',
    help: 'where figures come from: proc, exact, on Linux; portable, RSS only, by ps',
    option: { long: 'source', value: 'NAME' },
  }),
  proc: setting({
    kind: text<string>('directory'),
    initial: '/proc',
    help: 'another proc tree, to look at only',
    option: { long: 'proc', value: 'DIR' },
  }),
  readOnly: setting({
    kind: flag,
    initial: false,
    help: 'send no signals at all',
    option: { long: 'read-only' },
    key: 'read-only',
  }),
  at: setting({
    kind: text<null>(null),
    initial: null,
    help: 'the time that a recording is opened at, such as 03:10',
    option: { long: 'at', value: 'CLOCK' },
  }),
  keep: setting({
    kind: period,
    initial: null,
    help: 'how long readings are kept, such as 7d: the older half goes first',
    option: { long: 'keep', value: 'PERIOD' },
  }),
  max: setting({
    kind: size,
    initial: null,
    help: 'how large a recording becomes, such as 50M: its older half goes first',
    option: { long: 'max', value: 'SIZE' },
  }),
  dryRun: setting({
    kind: flag,
    initial: false,
    help: 'say what would be done',
    option: { long: 'dry-run' },
  }),
  yes: setting({
    kind: flag,
    initial: false,
    help: "add many at once; run the server's own command, where it takes no signals",
    option: { long: 'yes' },
  }),
  force: setting({
    kind: flag,
    initial: false,
    help: 'add workers that do not fit into memory',
    option: { long: 'force' },
  }),
  allowZero: setting({
    kind: flag,
    initial: false,
    help: 'trim the last worker too, where the server allows that',
    option: { long: 'allow-zero' },
  }),
  for: setting({
    kind: timeSpan,
    initial: 60,
    help: 'how long to watch: 90s, 10m, 1h',
    option: { long: 'for', value: 'TIME' },
  }),
  watchFor: setting({
    kind: timeSpan,
    initial: 600,
    help: 'how long to watch each number of workers',
    option: { long: 'watch', value: 'TIME' },
  }),
  wait: setting({
    kind: share,
    initial: 0.05,
    help: 'share of the requests that may wait',
    option: { long: 'wait', value: 'PERCENT', help: 'percentage of the requests that may wait, such as 5%' },
  }),
  fewest: setting({
    kind: count,
    initial: 1,
    help: 'the fewest workers to go down to',
    option: { long: 'min', value: 'N' },
  }),
  json: setting({
    kind: flag,
    initial: false,
    help: 'JSON, for programs',
    option: { long: 'json' },
  }),
  listen: setting({
    kind: address,
    initial: '127.0.0.1:9786',
    help: 'where to serve metrics: ADDRESS:PORT',
    option: { long: 'listen', value: 'ADDRESS' },
  }),
  interval: setting({
    kind: seconds,
    initial: 15,
    help: 'seconds between readings for metrics',
    option: { long: 'interval', value: 'SECONDS' },
  }),
  tokenFile: setting({
    kind: text<null>('file'),
    initial: null,
    help: 'a file with the bearer token that a scrape must show',
    option: { long: 'token-file', value: 'FILE' },
  }),
  textfile: setting({
    kind: text<null>('file'),
    initial: null,
    help: "write metrics to FILE for node_exporter's textfile collector, and serve none",
    option: { long: 'textfile', value: 'FILE' },
  }),
  once: setting({
    kind: flag,
    initial: false,
    help: 'one reading only: to stdout, or to --textfile',
    option: { long: 'once' },
  }),
  color: setting({
    kind: flag,
    initial: true,
    help: 'colours',
    option: { long: 'no-color', off: true, help: 'no colours; NO_COLOR in the environment does the same' },
    key: 'color',
  }),
  ascii: setting({
    kind: flag,
    initial: false,
    help: 'no characters beyond ASCII',
    option: { long: 'ascii' },
    key: 'ascii',
  }),
  theme: setting({
    kind: themeName,
    initial: 'auto',
    help: 'colours for a dark or a light ground; auto asks the terminal',
    option: { long: 'theme', value: 'NAME', help: 'colours for a dark or a light ground; auto asks the terminal' },
    key: 'theme',
  }),
  confirm: setting({
    kind: confirmName,
    initial: 'first',
    help: 'when + and - ask before they act: each time, the first time of a session, or never',
    key: 'confirm',
  }),
  mouse: setting({
    kind: flag,
    initial: false,
    help: 'click and wheel; selecting text then takes Shift',
    option: { long: 'mouse' },
    key: 'mouse',
  }),
  config: setting({
    kind: text<null>('file'),
    initial: null,
    help: 'another configuration file',
    option: { long: 'config', value: 'FILE' },
  }),
};

export type SettingName = keyof typeof table;

type Values = {
  readonly [Name in SettingName]: (typeof table)[Name] extends Setting<infer Value> ? Value : never;
};

/** All settings with their values. */
export interface Settings extends Values {
  /** The configuration file's rules that assign processes to projects. */
  readonly projects: readonly GroupRule[];
}

/**
 * Every setting. The command line, the configuration file, `--help`, the README, the man page and the completions are
 * made of this table.
 */
export const settings: { readonly [Name in SettingName]: Setting<Settings[Name]> } = table;

/** In the order in which help and documentation list them. */
export const settingNames = Object.keys(table) as readonly SettingName[];

export const defaults: Settings = {
  ...(Object.fromEntries(settingNames.map((name) => [name, settings[name].initial])) as unknown as Values),
  projects: [],
};
