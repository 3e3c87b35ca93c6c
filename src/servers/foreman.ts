import { flag } from './kit/flags.ts';
import { procfileProgram } from './kit/procfile.ts';
import { programOf, titleOf } from './kit/program.ts';
import { unscalable } from './kit/unscalable.ts';

/** foreman, which starts the programs of a Procfile. */
export const foreman = unscalable({
  kind: 'foreman',
  label: 'foreman',
  category: 'supervisor',
  configuredIn: '`-m`',
  environment: ['PS'],
  claim: ({ argv }) => {
    if (titleOf(argv) === 'foreman: master') return { role: 'single', args: null };
    const { name, args } = programOf(argv);
    return name === 'foreman' && args[0] === 'start' ? { role: 'single', args } : null;
  },
  configured: ({ claim: { args } }) => {
    const formation = flag(args ?? [], ['-m', '-c', '--formation']);
    if (formation === null) return { count: null, by: null, where: 'its Procfile' };
    const { name, value } = formation;
    return { count: null, by: { type: 'flag', name }, where: `${name} ${value}` };
  },
  program: (supervisor, variable) => supervisor && procfileProgram(supervisor, 'foreman', variable('PS')),
  advice: 'Start it with another formation: -m web=2.',
});
