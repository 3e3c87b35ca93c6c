import { argsOf } from './kit/program.ts';
import { unscalable } from './kit/unscalable.ts';

/** Varnish, 7.1: a manager, and one child with the cache and threads. */
export const varnish = unscalable({
  kind: 'varnish',
  label: 'Varnish',
  category: 'service',
  configuredIn: 'threads: `thread_pool_max`, not read',
  claim: (facts) => {
    const args = argsOf(facts, ['varnishd']);
    return args && { args };
  },
  advice: 'It has threads, not workers: thread_pool_max. -s malloc,SIZE sets its cache.',
});
