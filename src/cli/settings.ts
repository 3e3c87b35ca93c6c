import type { GroupRule } from '../model/projects/rules.ts';
import { sortNames } from '../state/sort.ts';
import {
  address,
  columns,
  confirmName,
  count,
  destinations,
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
    /** Whether it can be given several times; the value is a list then. */
    readonly repeats?: true;
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
    help: 'show only rows that match by project, virtualenv, app, pid, user or command',
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
    help: 'columns to leave out',
    option: { long: 'hide', value: 'COLUMNS', help: 'columns to leave out, such as swap,trend' },
    key: 'hide',
  }),
  memory: setting({
    kind: size,
    initial: null,
    help: "treat this size as 100 %, not the machine's memory",
    option: { long: 'memory', value: 'SIZE', help: 'treat SIZE as 100 %, such as 1.5G' },
    key: 'memory',
    example: '1.5G',
  }),
  source: setting({
    kind: sourceName,
    initial: 'proc',
    help: 'proc: exact figures, on Linux; portable: RSS only, read with ps',
    option: { long: 'source', value: 'NAME' },
  }),
  proc: setting({
    kind: text<string>('directory'),
    initial: '/proc',
    help: 'read another proc tree (view only)',
    option: { long: 'proc', value: 'DIR' },
  }),
  hosts: setting({
    kind: destinations,
    initial: [],
    help: "look at another machine, named as for ssh(1), such as deploy@vps1, or 'web*'; again for several",
    option: { long: 'host', value: 'DEST', repeats: true },
  }),
  hostsFile: setting({
    kind: text<null>('file'),
    initial: null,
    help: 'look at all machines named in FILE, one on each line',
    option: { long: 'hosts', value: 'FILE' },
  }),
  sudo: setting({
    kind: flag,
    initial: false,
    help: "with --host: read and signal as root, by 'sudo -n'",
    option: { long: 'sudo' },
  }),
  readOnly: setting({
    kind: flag,
    initial: false,
    help: 'send no signals',
    option: { long: 'read-only' },
    key: 'read-only',
  }),
  at: setting({
    kind: text<null>(null),
    initial: null,
    help: 'open the recording at this time, such as 03:10',
    option: { long: 'at', value: 'CLOCK' },
  }),
  keep: setting({
    kind: period,
    initial: null,
    help: 'keep readings this long, such as 7d; the older half is dropped first',
    option: { long: 'keep', value: 'PERIOD' },
  }),
  max: setting({
    kind: size,
    initial: null,
    help: 'largest size of a recording, such as 50M; its older half is dropped first',
    option: { long: 'max', value: 'SIZE' },
  }),
  peers: setting({
    kind: flag,
    initial: false,
    help: 'also record the addresses of the peers that workers wait for',
    option: { long: 'peers' },
  }),
  dryRun: setting({
    kind: flag,
    initial: false,
    help: 'print what would be done, and do nothing',
    option: { long: 'dry-run' },
  }),
  yes: setting({
    kind: flag,
    initial: false,
    help: "do not ask: add many workers at once, run the server's own command",
    option: { long: 'yes' },
  }),
  force: setting({
    kind: flag,
    initial: false,
    help: 'add workers even if they do not fit in memory',
    option: { long: 'force' },
  }),
  allowZero: setting({
    kind: flag,
    initial: false,
    help: 'allow zero workers, if the server supports it',
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
    key: 'tune-watch',
  }),
  wait: setting({
    kind: share,
    initial: 0.05,
    help: 'share of requests that may wait',
    option: { long: 'wait', value: 'PERCENT', help: 'share of requests that may wait, such as 5%' },
    key: 'tune-wait',
  }),
  fewest: setting({
    kind: count,
    initial: 1,
    help: 'fewest workers to leave',
    option: { long: 'min', value: 'N' },
    key: 'tune-min',
  }),
  keepTrim: setting({
    kind: flag,
    initial: false,
    help: 'if interrupted, keep the trim instead of putting it back',
    option: { long: 'keep-trim' },
  }),
  json: setting({
    kind: flag,
    initial: false,
    help: 'print JSON',
    option: { long: 'json' },
  }),
  listen: setting({
    kind: address,
    initial: '127.0.0.1:9786',
    help: 'address and port to serve metrics on',
    option: { long: 'listen', value: 'ADDRESS' },
  }),
  interval: setting({
    kind: seconds,
    initial: 15,
    help: 'seconds between full readings for metrics; workers are looked at every 5 s at least',
    option: { long: 'interval', value: 'SECONDS' },
  }),
  tokenFile: setting({
    kind: text<null>('file'),
    initial: null,
    help: 'file with the bearer token that a scrape must send',
    option: { long: 'token-file', value: 'FILE' },
  }),
  textfile: setting({
    kind: text<null>('file'),
    initial: null,
    help: "write metrics to FILE, for node_exporter's textfile collector, instead of serving them",
    option: { long: 'textfile', value: 'FILE' },
  }),
  once: setting({
    kind: flag,
    initial: false,
    help: 'export one reading, to stdout or --textfile, and exit',
    option: { long: 'once' },
  }),
  color: setting({
    kind: flag,
    initial: true,
    help: 'colours',
    option: { long: 'no-color', off: true, help: 'no colours, as with NO_COLOR in the environment' },
    key: 'color',
  }),
  ascii: setting({
    kind: flag,
    initial: false,
    help: 'use ASCII characters only',
    option: { long: 'ascii' },
    key: 'ascii',
  }),
  theme: setting({
    kind: themeName,
    initial: 'auto',
    help: 'colours for a dark or light background; auto asks the terminal',
    option: { long: 'theme', value: 'NAME' },
    key: 'theme',
  }),
  confirm: setting({
    kind: confirmName,
    initial: 'first',
    help: 'when + and - ask for confirmation',
    key: 'confirm',
  }),
  mouse: setting({
    kind: flag,
    initial: false,
    help: 'use the mouse (Shift then selects text)',
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
  /** The machine to look at, as ssh(1) takes it; null for this machine, and when there are several. */
  readonly host: string | null;
  /** Several machines to look at; null for one. */
  readonly machines: readonly string[] | null;
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
  host: null,
  machines: null,
};
