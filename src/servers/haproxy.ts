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
  signals: 'HAProxy stops accepting connections on TTOU.',
  advice: 'nbthread sets its threads, by default one for each core.',
});
