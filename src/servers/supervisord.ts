import { programOf } from './kit/program.ts';
import { unscalable } from './kit/unscalable.ts';

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
