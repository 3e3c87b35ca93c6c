import type { ProcessFacts } from '../../snapshot.ts';
import { titleOf } from './program.ts';

/**
 * The title of pm2's daemon: its version and PM2_HOME (lib/Daemon.js). Node cuts a title at the length of the command
 * line that it replaces (uv_set_process_title of libuv), so a long PM2_HOME loses its end.
 */
const title = /^PM2 v(\S+): God Daemon \((.+)$/;

/** The variable that pm2 starts its daemon with (launchDaemon of lib/Client.js). */
export const HOME_VARIABLE = 'PM2_HOME';

/**
 * Version and PM2_HOME from the title of pm2's daemon; null for another process. `home` is null if the title was cut
 * and the environment does not have it.
 */
export function daemonTitle({ argv, environment }: ProcessFacts): {
  readonly version: string;
  readonly home: string | null;
} | null {
  const [, version, rest] = title.exec(titleOf(argv) ?? '') ?? [];
  if (version === undefined || rest === undefined) return null;
  const home = environment[HOME_VARIABLE];
  if (home !== undefined && `${home})`.startsWith(rest)) return { version, home };
  return { version, home: rest.endsWith(')') ? rest.slice(0, -1) : null };
}

/**
 * Variables that pm2 sets for each of its processes. In cluster mode they are members of one variable, a JSON object
 * (lib/God/ForkMode.js, ClusterMode.js).
 */
export const pm2Variables = ['name', 'pm_id', 'instances', 'increment_var'] as const;

/** One of these variables, in either mode; undefined if pm2 has not set it. */
export function pm2Variable({ environment }: ProcessFacts, name: (typeof pm2Variables)[number]): string | undefined {
  return environment[`pm2_env.${name}`] ?? environment[name];
}

/** Whether pm2 started the process in cluster mode, by Node's cluster module. */
export function isOfPm2Cluster({ environment }: ProcessFacts): boolean {
  return environment['pm2_env.pm_id'] !== undefined;
}
