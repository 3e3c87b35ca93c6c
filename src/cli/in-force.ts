import type { ModelOptions } from '../model/build.ts';
import type { Invocation } from './command-line.ts';
import { commandOf } from './commands.ts';
import { readConfigFile } from './config-file.ts';
import { defaults, type Settings } from './settings.ts';

/**
 * The settings in force: options come before what the command itself sets, that before the configuration file, that
 * before the defaults.
 * @throws UsageError when the configuration file is wrong, or cannot be read though it was named
 */
export async function settingsInForce(
  { command, given }: Invocation,
  environment: NodeJS.ProcessEnv,
): Promise<Settings> {
  const { takes, settings } = commandOf(command);
  const file = takes.includes('config') ? await readConfigFile(given.config ?? null, environment) : {};
  return { ...defaults, ...file, ...settings, ...given };
}

/** What of the settings decides how processes are grouped and counted. */
export function modelOptions({ memory, projects }: Settings): ModelOptions {
  return { memoryTotal: memory, rules: projects };
}
