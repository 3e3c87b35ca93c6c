import type { ConfigRequest } from '../probes.ts';
import type { MostWorkers, ServerProcesses } from './definition.ts';
import { unscalable } from './kit/unscalable.ts';

/** Files in which Debian's and Passenger's packages have its settings for Apache and nginx. */
const files = [
  '/etc/apache2/mods-enabled/*.conf',
  '/etc/apache2/conf-enabled/*.conf',
  '/etc/nginx/nginx.conf',
  '/etc/nginx/conf.d/*.conf',
];

const setting = /^\s*(?:PassengerMaxPoolSize|passenger_max_pool_size)\s+(\d+)/;

/**
 * Passenger 6.0: a watchdog, its core, and the processes of each app below their preloader
 * (WrapperRegistry/Registry.h). A preloader ends after 5 minutes. Then pid 1 is the parent of its app's processes,
 * which stay in the core's process group.
 */
export const passenger = unscalable({
  kind: 'passenger',
  label: 'Passenger',
  configuredIn: '`max_pool_size` of all apps together',
  claim: ({ argv }) => {
    const [, what, path] =
      /^Passenger (watchdog|core|AppPreloader|\w+App)(?:: (\S+)|$)/.exec(argv.join(' ').trimEnd()) ?? [];
    if (what === undefined) return null;
    if (what === 'watchdog') return { role: 'master', args: null };
    const app = path === undefined ? {} : { app: path, managed: path };
    return { role: what.endsWith('App') ? 'worker' : 'helper', args: null, ...app };
  },
  configRequests: (): readonly ConfigRequest[] => files.map((path) => ({ path, lines: setting })),
  // Each process of an app has a socket of its own, on which the core alone speaks to it.
  isControl: () => true,
  configured: () => ({ count: null, by: null, where: 'by its load: max_pool_size and min_instances bound it' }),
  most,
  advice:
    'It scales by itself: set passenger_max_pool_size and passenger_min_instances, and look with passenger-memory-stats.',
});

/** The limit of all its apps together (https://www.phusionpassenger.com/docs, max_pool_size). */
function most({ head: { facts }, claim, apps = [] }: ServerProcesses): MostWorkers | null {
  if (claim.managed !== undefined || apps.length === 0) return null;
  for (const lines of Object.values(facts.configLines)) {
    const count = setting.exec(lines.at(-1) ?? '')?.[1];
    if (count !== undefined) return { count: Number(count), by: 'max_pool_size of all apps' };
  }
  return null;
}
