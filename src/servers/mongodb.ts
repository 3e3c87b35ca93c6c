import { argsOf } from './kit/program.ts';
import { unscalable } from './kit/unscalable.ts';

/** MongoDB: threads in one process (mongod(1); not run here). */
export const mongodb = unscalable({
  kind: 'mongodb',
  label: 'MongoDB',
  category: 'service',
  configuredIn: 'one process',
  claim: (facts) => {
    const args = argsOf(facts, ['mongod', 'mongos']);
    return args && { role: 'single', args };
  },
  advice: 'It has threads, not workers: wiredTigerCacheSizeGB sets its cache.',
});
