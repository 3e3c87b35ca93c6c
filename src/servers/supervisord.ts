import type { ServerProcesses } from './definition.ts';
import { absolutePath } from './kit/configured.ts';
import { flag } from './kit/flags.ts';
import { programOf } from './kit/program.ts';
import { programCommands, programRequests } from './kit/supervisor-programs.ts';
import { unscalable } from './kit/unscalable.ts';

export const supervisord = unscalable({
  kind: 'supervisord',
  label: 'supervisord',
  category: 'supervisor',
  configuredIn: '`numprocs` of each program, not read',
  // Set for the programs that it starts.
  environment: ['SUPERVISOR_PROCESS_NAME', 'SUPERVISOR_GROUP_NAME'],
  claim: ({ argv }) => {
    const { name, args } = programOf(argv);
    return name === 'supervisord' ? { role: 'single', args } : null;
  },
  configRequests: (facts) => programRequests(facts, programOf(facts.argv).args),
  starts: programCommands,
  program(supervisor, variable) {
    const file = supervisor === null ? '' : inFile(supervisor);
    const name = variable('SUPERVISOR_PROCESS_NAME');
    if (name === null) return supervisor === null ? null : `supervisord${file}`;
    const group = variable('SUPERVISOR_GROUP_NAME') ?? name;
    return `supervisord’s program ${group === name ? name : `${group}:${name}`}${file}`;
  },
  advice: 'Set numprocs of the program, then: supervisorctl update',
});

function inFile({ claim, head }: ServerProcesses): string {
  const given = flag(claim.args ?? [], ['-c', '--configuration'])?.value;
  return given === undefined ? '' : ` (${absolutePath(head.facts, given) ?? given})`;
}
