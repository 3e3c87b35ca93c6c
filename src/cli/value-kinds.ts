import { isIP } from 'node:net';
import { type Confirm, confirmNames, type ThemeName, themeNames } from '../state/settings.ts';
import { isSortKey, type SortKey, sortNames } from '../state/sort.ts';
import { type ColumnName, hideable } from '../view/columns.ts';
import { UsageError } from './usage-error.ts';

/** How a shell completes a value. */
export type Completion = readonly string[] | 'file' | 'directory' | 'user' | null;

/** How a kind of value is written, on the command line and in the configuration file. */
export interface ValueKind<Value> {
  /**
   * Parses it on the command line.
   * @throws UsageError if it is not allowed
   */
  readonly parse: (text: string) => Value;
  /** Reads it from the configuration file; undefined if it is not allowed. */
  readonly fromToml: (value: unknown) => Value | undefined;
  /** Writes it to the configuration file; null if it is not set. */
  readonly toToml: (value: Value) => string | number | boolean | readonly string[] | null;
  /** The values that the configuration file allows, for messages. */
  readonly allowed: string;
  readonly completion: Completion;
}

/** The value that `parse` returns; undefined if it throws. */
function attempt<Value>(parse: (text: string) => Value, text: string): Value | undefined {
  try {
    return parse(text);
  } catch (error) {
    if (error instanceof UsageError) return undefined;
    throw error;
  }
}

/**
 * Parses seconds.
 * @throws UsageError if it is not a number from 0.1 to 3600
 */
export function parseDelay(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value <= 0)
    throw new UsageError(`a delay is a positive number of seconds, not ${text || 'nothing'}`);
  if (value < 0.1 || value > 3600) throw new UsageError(`a delay is between 0.1 and 3600 seconds, not ${text}`);
  return value;
}

export const seconds: ValueKind<number> = {
  parse: parseDelay,
  fromToml: (value) => (typeof value === 'number' ? attempt(parseDelay, String(value)) : undefined),
  toToml: (value) => value,
  allowed: 'a number of seconds from 0.1 to 3600',
  completion: null,
};

const units: Readonly<Record<string, number>> = { '': 1, s: 1, m: 60, h: 3600 };

/**
 * Parses `90`, `90s`, `10m` or `1h` into seconds.
 * @throws UsageError if it is not between a second and a day
 */
function parseTimeSpan(text: string): number {
  const [, number = '', unit = ''] = /^(\d+(?:\.\d+)?)([smh]?)$/.exec(text.trim()) ?? [];
  const value = Number(number) * (units[unit] ?? Number.NaN);
  if (number === '' || !(value >= 1 && value <= 86_400))
    throw new UsageError(`a time looks like 90s, 10m or 1h, from a second to a day, not ${text || 'nothing'}`);
  return value;
}

const long: Readonly<Record<string, number>> = { m: 60, h: 3600, d: 86_400, w: 604_800 };

/** Seconds of `30m`, `12h`, `7d` or `4w`. @throws UsageError if it is not from a minute to a year */
function parsePeriod(text: string): number {
  const [, number = '', unit = ''] = /^(\d+(?:\.\d+)?)([mhdw])$/.exec(text.trim()) ?? [];
  const value = Number(number) * (long[unit] ?? Number.NaN);
  if (!(value >= 60 && value <= 366 * 86_400))
    throw new UsageError(`a period looks like 12h, 7d or 4w, from a minute to a year, not ${text || 'nothing'}`);
  return value;
}

export const period: ValueKind<number | null> = {
  parse: parsePeriod,
  fromToml: (value) => (typeof value === 'string' ? attempt(parsePeriod, value) : undefined),
  toToml: (value) => (value === null ? null : `${value / 3600}h`),
  allowed: 'a period such as "7d"',
  completion: null,
};

export const timeSpan: ValueKind<number> = {
  parse: parseTimeSpan,
  fromToml: (value) => (typeof value === 'string' ? attempt(parseTimeSpan, value) : undefined),
  toToml: (value) => (value % 60 === 0 && value >= 120 ? `${value / 60}m` : `${value}s`),
  allowed: 'a time such as "10m"',
  completion: null,
};

/** 0 to 1, of `5%` or `5`. @throws UsageError if it is not from 0.1 to 50 percent */
function parseShare(text: string): number {
  const value = Number(text.trim().replace(/\s*%$/, ''));
  if (text.trim() === '' || !(value >= 0.1 && value <= 50))
    throw new UsageError(`a share looks like 5%, from 0.1 to 50 percent, not ${text || 'nothing'}`);
  return value / 100;
}

export const share: ValueKind<number> = {
  parse: parseShare,
  fromToml: (value) => (typeof value === 'string' ? attempt(parseShare, value) : undefined),
  toToml: (value) => `${value * 100}%`,
  allowed: 'a share such as "5%"',
  completion: null,
};

/** @throws UsageError if it is not from 1 to 9999 */
function parseWorkers(text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new UsageError(`a number of workers is 1 or more, not ${text || 'nothing'}`);
  return Number(text);
}

export const count: ValueKind<number> = {
  parse: parseWorkers,
  fromToml: (value) => (typeof value === 'number' ? attempt(parseWorkers, String(value)) : undefined),
  toToml: (value) => value,
  allowed: 'a number of workers',
  completion: null,
};

const factors: Readonly<Record<string, number>> = { '': 1, K: 1024, M: 1024 ** 2, G: 1024 ** 3, T: 1024 ** 4 };

/**
 * Parses `1.5G`, `512M`, `1536MiB` into bytes; powers of 1,024.
 * @throws UsageError if it is not a size of 1M or more
 */
export function parseSize(text: string): number {
  const [, number = '', unit = ''] = /^(\d+(?:\.\d+)?)\s*([KMGT]?)(?:i?B)?$/i.exec(text.trim()) ?? [];
  const size = Math.round(Number(number) * (factors[unit.toUpperCase()] ?? Number.NaN));
  if (number === '' || !Number.isSafeInteger(size) || size < 1024 ** 2) {
    throw new UsageError(`a size looks like 1.5G or 512M, at least 1M, not ${text || 'nothing'}`);
  }
  return size;
}

export const size: ValueKind<number | null> = {
  parse: parseSize,
  fromToml: (value) => (typeof value === 'string' ? attempt(parseSize, value) : undefined),
  // Write bytes if the size is not a whole number of megabytes.
  toToml: (value) => (value === null ? null : value % 1024 ** 2 === 0 ? `${value / 1024 ** 2}M` : String(value)),
  allowed: 'a size such as "1.5G"',
  completion: null,
};

/**
 * Parses a sort key.
 * @throws UsageError if the table cannot be sorted by it
 */
function parseSort(text: string): SortKey {
  if (!isSortKey(text)) throw new UsageError(`unknown sort key ${text}: use one of ${sortNames.join(', ')}`);
  return text;
}

export const sortKey: ValueKind<SortKey> = {
  parse: parseSort,
  fromToml: (value) => (typeof value === 'string' ? attempt(parseSort, value) : undefined),
  toToml: (value) => value,
  allowed: `one of ${sortNames.join(', ')}`,
  completion: sortNames,
};

/**
 * Parses a source.
 * @throws UsageError if there is no such source
 */
function parseSource(text: string): 'proc' | 'portable' {
  if (text !== 'proc' && text !== 'portable') throw new UsageError(`unknown source ${text}: use proc or portable`);
  return text;
}

export const sourceName: ValueKind<'proc' | 'portable'> = {
  parse: parseSource,
  fromToml: (value) => (typeof value === 'string' ? attempt(parseSource, value) : undefined),
  toToml: (value) => value,
  allowed: 'proc or portable',
  completion: ['proc', 'portable'],
};

/**
 * One of a few words.
 * @param what its name in messages
 */
function choice<Name extends string>(what: string, names: readonly Name[]): ValueKind<Name> {
  const named = (value: unknown) => names.find((name) => name === value);
  return {
    parse: (value) => {
      const name = named(value);
      if (name === undefined) throw new UsageError(`unknown ${what} ${value}: use one of ${names.join(', ')}`);
      return name;
    },
    fromToml: named,
    toToml: (value) => value,
    allowed: `one of ${names.join(', ')}`,
    completion: names,
  };
}

export const themeName: ValueKind<ThemeName> = choice('theme', themeNames);

export const confirmName: ValueKind<Confirm> = choice('way to confirm', confirmNames);

/**
 * Any text, such as a name or a path.
 * @param completion how a shell completes it
 */
export function text<Unset extends string | null>(completion: Completion): ValueKind<string | Unset> {
  return {
    parse: (value) => value,
    fromToml: (value) => (typeof value === 'string' ? value : undefined),
    toToml: (value) => value,
    allowed: 'text',
    completion,
  };
}

/**
 * Parses an address.
 * @throws UsageError if it is not an IP address and a port
 */
function parseAddress(text: string): string {
  const [, bracketed, plain = bracketed ?? '', port = ''] = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text) ?? [];
  if (isIP(plain) === 0 || Number(port) > 65535)
    throw new UsageError(`an address to listen on looks like 127.0.0.1:9786 or [::1]:9786, not ${text || 'nothing'}`);
  return text;
}

/** An IP address and a port. Names are refused: they may resolve to another address later. */
export const address: ValueKind<string> = {
  parse: parseAddress,
  fromToml: (value) => (typeof value === 'string' ? attempt(parseAddress, value) : undefined),
  toToml: (value) => value,
  allowed: 'an address such as 127.0.0.1:9786',
  completion: null,
};

/** Whether ssh(1) can be given this as a destination: it would take a leading dash for an option. */
export function isDestination(text: string): boolean {
  return /^[^-\s][^\s\p{Cc}]{0,254}$/u.test(text);
}

/**
 * Parses a destination of ssh(1).
 * @throws UsageError if it is none
 */
function parseDestinations(text: string): readonly string[] {
  if (isDestination(text)) return [text];
  throw new UsageError(`--host takes an ssh destination such as deploy@vps1, not ${text || 'nothing'}`);
}

/** Machines, as ssh(1) takes them, or patterns of their names. */
export const destinations: ValueKind<readonly string[]> = {
  parse: parseDestinations,
  fromToml: (value) => (Array.isArray(value) && value.every(isDestination) ? value : undefined),
  toToml: (value) => value,
  allowed: 'a list of ssh destinations',
  completion: null,
};

/** On or off. Naming the option turns it on. */
export const flag: ValueKind<boolean> = {
  parse: () => true,
  fromToml: (value) => (typeof value === 'boolean' ? value : undefined),
  toToml: (value) => value,
  allowed: 'true or false',
  completion: null,
};

function parseColumns(names: readonly unknown[]): readonly ColumnName[] | undefined {
  if (!names.every((wanted) => hideable.some((name) => name === wanted))) return undefined;
  return hideable.filter((name) => names.includes(name));
}

export const columns: ValueKind<readonly ColumnName[]> = {
  parse: (value) => {
    const parsed = parseColumns(value.split(','));
    if (parsed === undefined)
      throw new UsageError(`unknown column in ${value}: the columns are ${hideable.join(', ')}`);
    return parsed;
  },
  fromToml: (value) => (Array.isArray(value) ? parseColumns(value) : undefined),
  toToml: (value) => value,
  allowed: `a list of ${hideable.join(', ')}`,
  completion: hideable,
};

/**
 * Parses a number of workers: `3` sets it, `+1` and `-1` change it.
 * @throws UsageError if it is none of these
 */
export function parseCount(text: string): { readonly sign: '' | '+' | '-'; readonly number: number } {
  const [, sign = '', digits = ''] = /^([+-]?)(\d{1,4})$/.exec(text) ?? [];
  if (digits === '') throw new UsageError(`a number of workers is N, +N or -N, not ${text || 'nothing'}`);
  return { sign: sign as '' | '+' | '-', number: Number(digits) };
}
