import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { ModelOptions } from '../model/build.ts';
import { fileProblem } from '../text/errno.ts';
import { type Config, defaults, parseConfig } from './config.ts';
import { type Options, UsageError } from './options.ts';

/** What is in force: the command line, and where that says nothing the configuration file. */
export interface Settings extends Config {
  readonly options: Options;
  readonly model: ModelOptions;
}

/** @throws UsageError when the configuration file is wrong, or not there though it was named */
export function settingsFor(options: Options, environment: NodeJS.ProcessEnv): Settings {
  const config = readConfig(options.config, environment);
  const memory = options.memory ?? config.memory;
  return {
    ...config,
    delay: options.delay ?? config.delay,
    sort: options.sort ?? config.sort,
    memory,
    readOnly: options.readOnly || config.readOnly,
    color: options.color && config.color,
    ascii: options.ascii || config.ascii,
    mouse: options.mouse || config.mouse,
    options,
    model: { memoryTotal: memory, rules: config.projects },
  };
}

function readConfig(named: string | null, environment: NodeJS.ProcessEnv): Config {
  const path = named ?? defaultPath(environment);
  if (path === null) return defaults;
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null;
    if (named === null && (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EACCES')) return defaults;
    throw new UsageError(`${path || 'a configuration file without a name'} cannot be read: ${fileProblem(error)}`);
  }
  return parseConfig(text, path);
}

/** `$XDG_CONFIG_HOME/workertop/config.toml`; null where there is no home. */
function defaultPath(environment: NodeJS.ProcessEnv): string | null {
  const base = environment['XDG_CONFIG_HOME'];
  if (base?.startsWith('/')) return join(base, 'workertop', 'config.toml');
  const home = environment['HOME'] ?? homedir();
  return home.startsWith('/') ? join(home, '.config', 'workertop', 'config.toml') : null;
}
