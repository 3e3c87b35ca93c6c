import { programOf } from './program.ts';
import { unscalable } from './unscalable.ts';

/** mariadb and mysql: threads in one process. */
export const mariadb = unscalable({
  kind: 'mariadb',
  label: 'mariadb',
  category: 'service',
  documented: { configured: 'one process', tested: 'recorded' },
  claim: ({ argv }) => {
    const { name, args } = programOf(argv);
    return name !== null && /^(?:mariadbd|mysqld)$/.test(name) ? { role: 'single', args } : null;
  },
  advice: 'It has threads, not workers: its memory goes with innodb_buffer_pool_size and max_connections.',
});

export const memcached = unscalable({
  kind: 'memcached',
  label: 'memcached',
  category: 'service',
  documented: { configured: 'one process', tested: 'live' },
  claim: ({ argv }) => {
    const { name, args } = programOf(argv);
    return name === 'memcached' ? { role: 'single', args } : null;
  },
  advice: 'It has threads, not workers: its memory goes with -m.',
});

export const supervisord = unscalable({
  kind: 'supervisord',
  label: 'supervisord',
  category: 'supervisor',
  documented: { configured: '`numprocs` of each program, not read', tested: 'live' },
  claim: ({ argv }) => {
    const { name, args } = programOf(argv);
    return name === 'supervisord' ? { role: 'single', args } : null;
  },
  advice: 'Set numprocs of the program, then: supervisorctl update',
});

/** honcho and overmind, which start what a Procfile says. honcho has a layer of itself for each process. */
export const procfile = unscalable({
  kind: 'procfile',
  label: 'Procfile runner',
  category: 'supervisor',
  documented: { configured: '`-c`, `-l`, `OVERMIND_FORMATION`, not read', tested: 'recorded' },
  claim: ({ argv }) => {
    const { name, args } = programOf(argv);
    return (name === 'honcho' || name === 'overmind') && args[0] === 'start' ? { args, app: name } : null;
  },
  role: ({ parent }) => (parent === null ? 'single' : 'helper'),
  advice: 'Start it with another formation: honcho start -c web=2, overmind start -l web=2.',
});
