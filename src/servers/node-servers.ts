import { programOf, titleOf } from './program.ts';
import { unscalable } from './unscalable.ts';

/** pm2's God daemon (lib/Daemon.js): its apps are its children. */
export const pm2 = unscalable({
  kind: 'pm2',
  label: 'pm2',
  category: 'supervisor',
  documented: { configured: '`instances` of each app, not read', tested: 'recorded' },
  claim: ({ argv }) => {
    const [, version] = /^PM2 v(\S+): God Daemon \((.+)\)$/.exec(titleOf(argv) ?? '') ?? [];
    return version === undefined ? null : { role: 'single', args: null, version };
  },
  signals: 'pm2 does nothing on TTIN and TTOU.',
  advice: 'Use: pm2 scale APP N, as its user; never 0, which deletes the app.',
});

/** Node's cluster module: the parent runs a script, and its children the same, each with a number in its environment. */
export const nodeCluster = unscalable({
  kind: 'node-cluster',
  label: 'node cluster',
  environment: ['NODE_UNIQUE_ID'],
  documented: { configured: 'by the app', tested: 'live' },
  claim: ({ argv, environment }) => {
    const { interpreter, name, args } = programOf(argv);
    if (interpreter !== 'node' || name === null) return null;
    return environment['NODE_UNIQUE_ID'] === undefined ? null : { role: 'worker', args, app: name };
  },
  claimParent: ({ argv }) => {
    const { interpreter, name, args } = programOf(argv);
    return interpreter === 'node' && name !== null ? { role: 'master', args, app: name } : null;
  },
  advice: 'How many workers there are is up to the app: it forks them itself.',
});
