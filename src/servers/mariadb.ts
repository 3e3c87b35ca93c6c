import { programOf } from './kit/program.ts';
import { unscalable } from './kit/unscalable.ts';

/** mariadb and mysql: threads in one process. */
export const mariadb = unscalable({
  kind: 'mariadb',
  label: 'mariadb',
  category: 'service',
  configuredIn: 'one process',
  claim: ({ argv }) => {
    const { name, args } = programOf(argv);
    return name !== null && /^(?:mariadbd|mysqld)$/.test(name) ? { role: 'single', args } : null;
  },
  advice: 'It has threads, not workers: innodb_buffer_pool_size and max_connections set its memory.',
});
