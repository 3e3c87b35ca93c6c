import type { ProcessFacts } from '../../snapshot.ts';
import { titleOf } from './program.ts';

/** lib/Daemon.js of pm2: its version, and its PM2_HOME. */
const title = /^PM2 v(\S+): God Daemon \((.+)\)$/;

/** What the title of pm2's daemon says; null for any other process. */
export function daemonTitle({ argv }: ProcessFacts): { readonly version: string; readonly home: string } | null {
  const [, version, home] = title.exec(titleOf(argv) ?? '') ?? [];
  return version === undefined || home === undefined ? null : { version, home };
}

/**
 * What pm2 tells each of its processes of itself: by variables of these names in fork mode, and in cluster mode by one,
 * a JSON object (lib/God/ForkMode.js, ClusterMode.js).
 */
export const pm2Variables = ['name', 'pm_id', 'instances', 'increment_var'] as const;

/** One of these variables, in either mode; undefined where pm2 has not set it. */
export function pm2Variable({ environment }: ProcessFacts, name: (typeof pm2Variables)[number]): string | undefined {
  return environment[`pm2_env.${name}`] ?? environment[name];
}

/** Whether pm2 started the process in cluster mode, by Node's cluster module. */
export function isOfPm2Cluster({ environment }: ProcessFacts): boolean {
  return environment['pm2_env.pm_id'] !== undefined;
}
