import { homedir } from 'node:os';
import { join } from 'node:path';
import { parse, TomlError } from 'smol-toml';
import { errorCode, fileProblem } from '../text/errno.ts';
import { nearest } from '../text/nearest.ts';
import { readOwnFile } from './own-file.ts';
import { parseProjectRules, showProjectRules } from './project-rules.ts';
import { defaults, type SettingName, type Settings, settingNames, settings } from './settings.ts';
import { tomlLine } from './toml.ts';
import { UsageError } from './usage-error.ts';
import { warn } from './warn.ts';

/** Settings by their key in the configuration file. */
const byKey: ReadonlyMap<string, SettingName> = new Map(
  settingNames.flatMap((name) => {
    const { key } = settings[name];
    return key === undefined ? [] : [[key, name] as const];
  }),
);

/**
 * Reads the configuration file; no settings if there is none.
 * @param named its path; null for the usual place
 * @throws UsageError if it is wrong, or was named and cannot be read
 */
export async function readConfigFile(named: string | null, environment: NodeJS.ProcessEnv): Promise<Partial<Settings>> {
  const path = named ?? usualPath(environment);
  if (path === null) return {};
  let text: string;
  try {
    ({ text } = await readOwnFile(path));
  } catch (error) {
    if (named === null && errorCode(error) === 'ETIMEDOUT') {
      warn(`${path} is ignored: ${fileProblem(error)}.`);
      return {};
    }
    if (named === null && ['ENOENT', 'ENOTDIR', 'EACCES'].includes(errorCode(error) ?? '')) return {};
    throw new UsageError(`${path || 'a configuration file without a name'} cannot be read: ${fileProblem(error)}`);
  }
  return parseConfig(text, path);
}

/** The path `$XDG_CONFIG_HOME/workertop/config.toml`; null without a home. */
export function usualPath(environment: NodeJS.ProcessEnv): string | null {
  const base = environment['XDG_CONFIG_HOME'];
  if (base?.startsWith('/')) return join(base, 'workertop', 'config.toml');
  const home = environment['HOME'] ?? homedir();
  return home.startsWith('/') ? join(home, '.config', 'workertop', 'config.toml') : null;
}

/**
 * Parses a configuration.
 * @param file its name, for messages
 * @throws UsageError with the file, the line and the allowed values
 */
export function parseConfig(text: string, file: string): Partial<Settings> {
  const lineOf = (key: string, project: number | null) => lineIn(text, key, project);
  const { projects = [], ...rest } = parseToml(text, file);
  const entries = Object.entries(rest).map(([key, value]) => {
    const wrong = (message: string) => new UsageError(`${file}, line ${lineOf(key, null)}: ${message}`);
    const name = byKey.get(key);
    if (name === undefined) throw wrong(`unknown setting ${key}: ${suggestion(key)}`);
    const setting = settings[name].kind.fromToml(value);
    if (setting === undefined) throw wrong(`${key} must be ${settings[name].kind.allowed}`);
    return [name, setting];
  });
  return { ...Object.fromEntries(entries), projects: parseProjectRules(projects, file, lineOf) };
}

function suggestion(key: string): string {
  const keys = [...byKey.keys()];
  const meant = nearest(key, keys);
  return `the settings are ${[...keys, '[[projects]]'].join(', ')}${meant === null ? '' : `; did you mean ${meant}?`}`;
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

/** Line number, from 1, of a key at top level or in the n-th [[projects]] table. For messages. */
function lineIn(text: string, key: string, project: number | null): number {
  const lines = text.split('\n');
  const starts = lines.flatMap((line, index) => (/^\s*\[\[\s*projects\s*\]\]/.test(line) ? [index] : []));
  const from = project === null ? 0 : (starts[project] ?? 0);
  const at = lines.findIndex((line, index) => index >= from && line.trim().replace(/^["']/, '').startsWith(key));
  return (at < 0 ? from : at) + 1;
}

/** The settings in force as a configuration file, with a comment on each setting. */
export function showConfig(inForce: Settings): string {
  const lines = ['# The configuration of workertop in force. Lines with # show defaults.', ''];
  for (const [key, name] of byKey) {
    const { help, example = '', kind } = settings[name];
    const [value, usual] = [tomlOf(inForce, name), tomlOf(defaults, name)];
    const line = tomlLine(key, value ?? example);
    const isUsual = value === null || line === tomlLine(key, usual ?? '');
    lines.push(`# ${help}: ${kind.allowed}`, `${isUsual ? '# ' : ''}${line}`, '');
  }
  return `${[...lines, ...showProjectRules(inForce.projects)].join('\n').trimEnd()}\n`;
}

function tomlOf<Name extends SettingName>(from: Settings, name: Name) {
  const value: Settings[Name] = from[name];
  return settings[name].kind.toToml(value);
}
