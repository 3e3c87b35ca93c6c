import { positionals } from './kit/flags.ts';
import { programOf } from './kit/program.ts';
import { unscalable } from './kit/unscalable.ts';

/** mariadb and mysql: threads in one process. */
export const mariadb = unscalable({
  kind: 'mariadb',
  label: 'mariadb',
  category: 'service',
  documented: { configured: 'one process', tested: 'live' },
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
  // Of those that it has started.
  environment: ['SUPERVISOR_PROCESS_NAME', 'SUPERVISOR_GROUP_NAME'],
  claim: ({ argv }) => {
    const { name, args } = programOf(argv);
    return name === 'supervisord' ? { role: 'single', args } : null;
  },
  advice: 'Set numprocs of the program, then: supervisorctl update',
});

/** Flags of honcho and overmind without a value, that may come before the command. */
const switches = new Set(['--no-colour', '--no-color', '--no-prefix', '-v', '--version']);

/** honcho and overmind, which start what a Procfile says. honcho has a layer of itself for each process. */
export const procfile = unscalable({
  kind: 'procfile',
  label: 'Procfile runner',
  category: 'supervisor',
  documented: { configured: '`-c`, `-l`, `OVERMIND_FORMATION`, not read', tested: 'recorded' },
  environment: ['HONCHO_PROCESS_NAME'],
  claim: ({ argv }) => {
    const { name, args } = programOf(argv);
    if (name !== 'honcho' && name !== 'overmind') return null;
    return positionals(args, switches)[0] === 'start' ? { args, app: name } : null;
  },
  role: ({ parent }) => (parent === null ? 'single' : 'helper'),
  advice: 'Start it with another formation: honcho start -c web=2, overmind start -l web=2.',
});
