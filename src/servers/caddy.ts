import { argsOf } from './kit/program.ts';
import { unscalable } from './kit/unscalable.ts';

/** Caddy, 2.6: threads in one process. */
export const caddy = unscalable({
  kind: 'caddy',
  label: 'caddy',
  category: 'service',
  configuredIn: 'one process',
  claim: (facts) => {
    const args = argsOf(facts, ['caddy']);
    return args?.[0] === 'run' ? { role: 'single', args } : null;
  },
  signals: 'caddy does nothing on TTIN and TTOU.',
  advice: 'It has threads for all cores, and no workers.',
});
