import type { ServerDefinition } from './definition.ts';
import { daemonTitle } from './kit/pm2-process.ts';
import { unscalable } from './kit/unscalable.ts';
import { pm2 } from './pm2.ts';

/** The God daemon: what pm2 runs are its children. */
export const pm2Daemon: ServerDefinition = {
  ...unscalable({
    kind: 'pm2-daemon',
    label: 'pm2 daemon',
    category: 'supervisor',
    configuredIn: '`instances` of each app',
    claim: (facts) => {
      const title = daemonTitle(facts);
      return title && { role: 'single', args: null, version: title.version };
    },
    signals: 'pm2 does nothing on TTIN and TTOU.',
    advice: 'Select one of its apps, or use: pm2 scale APP N, as its user; never 0, which deletes the app.',
  }),
  manages: pm2,
};
