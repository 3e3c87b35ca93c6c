import { parse, TomlError } from 'smol-toml';
import type { GroupRule } from '../model/projects/rules.ts';
import { isSortKey, type SortKey, sortKeys } from '../state/sort.ts';
import { type ColumnName, hideable } from '../view/columns.ts';
import { parseDelay, parseSize, UsageError } from './options.ts';

/** What the configuration file can say. Options on the command line come before it. */
export interface Config {
  /** Seconds. */
  readonly delay: number;
  readonly sort: SortKey;
  /** Bytes that shares are shares of; null for what the machine has. */
  readonly memory: number | null;
  readonly readOnly: boolean;
  readonly color: boolean;
  readonly ascii: boolean;
  readonly mouse: boolean;
  readonly hide: readonly ColumnName[];
  readonly projects: readonly GroupRule[];
}

export const defaults: Config = {
  delay: 2,
  sort: 'mem',
  memory: null,
  readOnly: false,
  color: true,
  ascii: false,
  mouse: false,
  hide: [],
  projects: [],
};

type Draft = { -readonly [Name in keyof Config]: Config[Name] };

interface Setting {
  readonly key: string;
  readonly help: string;
  /** What is allowed, for who wrote something else. */
  readonly allowed: string;
  /** Takes a value; false when it is none that is allowed. */
  readonly apply: (draft: Draft, value: unknown) => boolean;
  /** As TOML; null when it is not set. */
  readonly show: (config: Config) => string | null;
}

/** Every setting of the file: reading, checking and `workertop config` are made of this. */
const settings: readonly Setting[] = [
  {
    key: 'delay',
    help: 'seconds between readings',
    allowed: 'a number of seconds from 0.1 to 3600',
    apply: (draft, value) => typeof value === 'number' && attempt(() => (draft.delay = parseDelay(String(value)))),
    show: ({ delay }) => String(delay),
  },
  {
    key: 'sort',
    help: 'what the table is sorted by',
    allowed: `one of ${Object.keys(sortKeys).join(', ')}`,
    apply: (draft, value) => typeof value === 'string' && isSortKey(value) && attempt(() => (draft.sort = value)),
    show: ({ sort }) => JSON.stringify(sort),
  },
  {
    key: 'memory',
    help: 'count shares of this size instead of what the machine has',
    allowed: 'a size such as "1.5G"',
    apply: (draft, value) => typeof value === 'string' && attempt(() => (draft.memory = parseSize(value))),
    show: ({ memory }) => (memory === null ? null : JSON.stringify(`${memory / 1024 ** 2}M`)),
  },
  flag('read-only', 'send no signals at all', 'readOnly'),
  flag('color', 'colours', 'color'),
  flag('ascii', 'no characters beyond ASCII', 'ascii'),
  flag('mouse', 'click and wheel', 'mouse'),
  {
    key: 'hide',
    help: 'columns not to show',
    allowed: `a list of ${hideable.join(', ')}`,
    apply: (draft, value) => {
      if (!Array.isArray(value) || !value.every((one) => hideable.some((name) => name === one))) return false;
      draft.hide = hideable.filter((name) => value.includes(name));
      return true;
    },
    show: ({ hide }) => JSON.stringify(hide),
  },
];

function flag(key: string, help: string, name: 'readOnly' | 'color' | 'ascii' | 'mouse'): Setting {
  return {
    key,
    help,
    allowed: 'true or false',
    apply: (draft, value) => typeof value === 'boolean' && attempt(() => (draft[name] = value)),
    show: (config) => String(config[name]),
  };
}

function attempt(set: () => unknown): boolean {
  try {
    set();
    return true;
  } catch (error) {
    if (error instanceof UsageError) return false;
    throw error;
  }
}

const ruleKeys = ['name', 'directory', 'virtualenv', 'command', 'user'] as const;

/**
 * Reads a configuration.
 * @param file its name, for messages
 * @throws UsageError with file, line and what is allowed
 */
export function parseConfig(text: string, file: string): Config {
  const draft: Draft = { ...defaults };
  const { projects = [], ...rest } = parseToml(text, file);
  for (const [key, value] of Object.entries(rest)) {
    const setting = settings.find((one) => one.key === key);
    if (setting === undefined) {
      const known = [...settings.map((one) => one.key), '[[projects]]'].join(', ');
      throw wrong(file, text, key, `unknown setting ${key}: there is ${known}`);
    }
    if (!setting.apply(draft, value)) throw wrong(file, text, key, `${key} must be ${setting.allowed}`);
  }
  if (!Array.isArray(projects)) throw wrong(file, text, 'projects', 'projects are written as [[projects]]');
  draft.projects = projects.map((rule: unknown, index) => parseRule(rule, index, text, file));
  return draft;
}

function parseToml(text: string, file: string): Readonly<Record<string, unknown>> {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const [first = ''] = error.message.split('\n');
    throw new UsageError(`${file}, line ${error.line}: ${first.replace(/^Invalid TOML document: /, '')}`);
  }
}

function parseRule(rule: unknown, index: number, text: string, file: string): GroupRule {
  const at = (key: string) => lineOf(text, key, index);
  if (typeof rule !== 'object' || rule === null)
    throw wrong(file, text, 'projects', 'projects are written as [[projects]]');
  for (const [key, value] of Object.entries(rule)) {
    if (!ruleKeys.some((known) => known === key)) {
      throw new UsageError(
        `${file}, line ${at(key)}: unknown setting ${key} of a project: there is ${ruleKeys.join(', ')}`,
      );
    }
    if (typeof value !== 'string' || value === '')
      throw new UsageError(`${file}, line ${at(key)}: ${key} must be text`);
  }
  const { name, ...conditions }: Partial<Record<(typeof ruleKeys)[number], string>> = rule;
  if (name === undefined) throw new UsageError(`${file}, line ${at('[[projects]]')}: a project needs a name`);
  if (Object.keys(conditions).length === 0) {
    throw new UsageError(`${file}, line ${at('name')}: ${name} needs a directory, a virtualenv, a command or a user`);
  }
  return { name, ...conditions };
}

function wrong(file: string, text: string, key: string, message: string): UsageError {
  return new UsageError(`${file}, line ${lineOf(text, key, null)}: ${message}`);
}

/** Where a key stands, in the file or in its so-manieth project; for messages alone. */
function lineOf(text: string, key: string, project: number | null): number {
  const lines = text.split('\n');
  const starts = lines.flatMap((line, index) => (/^\s*\[\[\s*projects\s*\]\]/.test(line) ? [index] : []));
  const from = project === null ? 0 : (starts[project] ?? 0);
  const found = lines.findIndex((line, index) => index >= from && line.trim().replace(/^["']/, '').startsWith(key));
  return (found < 0 ? from : found) + 1;
}

/** The configuration in force as a file, with what each setting is for. */
export function showConfig(config: Config): string {
  const lines = ['# workertop’s configuration, as it is in force. A line with # is its default.', ''];
  for (const { key, help, allowed, show } of settings) {
    const value = show(config);
    const usual = value === null || value === show(defaults);
    lines.push(`# ${help}: ${allowed}`, `${usual ? '# ' : ''}${key} = ${value ?? '"1.5G"'}`, '');
  }
  lines.push(
    '# Projects by rule come before what workertop finds: all that is said of one must hold. * stands for anything.',
  );
  if (config.projects.length === 0) {
    lines.push('# [[projects]]', '# name = "shop"', '# directory = "/srv/shop*"', '# virtualenv = "/srv/venvs/shop"');
    lines.push('# command = "shop.wsgi"', '# user = "shop"');
  }
  for (const rule of config.projects) {
    lines.push(
      '[[projects]]',
      ...ruleKeys.flatMap((key) => (rule[key] === undefined ? [] : [`${key} = ${JSON.stringify(rule[key])}`])),
      '',
    );
  }
  return `${lines.join('\n').trimEnd()}\n`;
}
