import { argsOf } from './kit/program.ts';
import { unscalable } from './kit/unscalable.ts';

/**
 * HAProxy 2.6: threads in one worker, which a master starts with -W. TTIN and TTOU do not change workers
 * (doc/management.txt).
 */
export const haproxy = unscalable({
  kind: 'haproxy',
  label: 'HAProxy',
  category: 'service',
  configuredIn: 'threads: `nbthread`, not read',
  claim: (facts) => {
    const args = argsOf(facts, ['haproxy']);
    return args && { args };
  },
  signals: 'HAProxy stops to accept connections on TTOU.',
  advice: 'Its threads go with nbthread, one for each core by default.',
});
