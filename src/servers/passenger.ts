import { unscalable } from './kit/unscalable.ts';

/** Passenger: watchdog, core, preloaders, and the apps themselves (WrapperRegistry/Registry.h). */
export const passenger = unscalable({
  kind: 'passenger',
  label: 'Passenger',
  configuredIn: '`max_pool_size`, not read',
  claim: ({ argv }) => {
    const [, what, path] =
      /^Passenger (watchdog|core|AppPreloader|\w+App)(?:$|: (\S+))/.exec(argv.join(' ').trimEnd()) ?? [];
    if (what === undefined) return null;
    if (what === 'watchdog') return { role: 'master', args: null };
    const app = path === undefined ? {} : { app: path };
    return { role: what.endsWith('App') ? 'worker' : 'helper', args: null, ...app };
  },
  advice:
    'It scales by itself: set passenger_max_pool_size and passenger_min_instances, and look with passenger-memory-stats.',
});
