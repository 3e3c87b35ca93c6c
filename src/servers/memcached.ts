import { programOf } from './kit/program.ts';
import { unscalable } from './kit/unscalable.ts';

export const memcached = unscalable({
  kind: 'memcached',
  label: 'memcached',
  category: 'service',
  configuredIn: 'one process',
  claim: ({ argv }) => {
    const { name, args } = programOf(argv);
    return name === 'memcached' ? { role: 'single', args } : null;
  },
  advice: 'It has threads, not workers: -m limits its memory.',
});
