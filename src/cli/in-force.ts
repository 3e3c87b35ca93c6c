import type { ModelOptions } from '../model/build.ts';
import type { Invocation } from './command-line.ts';
import { commandOf } from './commands.ts';
import { readConfigFile } from './config-file.ts';
import { namedMachines } from './machines.ts';
import { defaults, type Settings } from './settings.ts';

/**
 * The settings in force. Options take precedence over settings that the command fixes, those over the configuration
 * file, that over the defaults.
 * @throws UsageError if the configuration file is wrong, or was named and cannot be read
 */
export async function settingsInForce(
  { command, given }: Invocation,
  environment: NodeJS.ProcessEnv,
): Promise<Settings> {
  const { takes, settings } = commandOf(command);
  const file = takes.includes('config') ? await readConfigFile(given.config ?? null, environment) : {};
  return { ...defaults, ...file, ...settings, ...given, ...(await namedMachines(given)) };
}

/** The settings that decide how processes are grouped and counted. */
export function modelOptions({ memory, projects }: Settings): ModelOptions {
  return { memoryTotal: memory, rules: projects };
}
