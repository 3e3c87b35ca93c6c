import { isOfPm2Cluster } from './kit/pm2-process.ts';
import { programOf } from './kit/program.ts';
import { unscalable } from './kit/unscalable.ts';

/** Node's cluster module: parent and children run the same script, and children have a number in their environment. */
export const nodeCluster = unscalable({
  kind: 'node-cluster',
  label: 'node cluster',
  environment: ['NODE_UNIQUE_ID'],
  configuredIn: 'by the app',
  claim: (facts) => {
    const { argv, environment } = facts;
    const { interpreter, name, args } = programOf(argv);
    if (interpreter !== 'node' || name === null || isOfPm2Cluster(facts)) return null;
    return environment['NODE_UNIQUE_ID'] === undefined ? null : { role: 'worker', args, app: name };
  },
  claimParent: ({ argv }) => {
    const { interpreter, name, args } = programOf(argv);
    return interpreter === 'node' && name !== null ? { role: 'master', args, app: name } : null;
  },
  activity: () => ({ by: 'loop' }),
  advice: 'The app decides on the number of workers: it forks them itself.',
});
