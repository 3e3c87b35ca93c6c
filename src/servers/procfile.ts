import { baseName } from '../text/base-name.ts';
import { flag, positionals } from './kit/flags.ts';
import { procfileProgram } from './kit/procfile.ts';
import { programOf } from './kit/program.ts';
import { unscalable } from './kit/unscalable.ts';

/** Flags of honcho and overmind that take no value and may precede the command. */
const switches = new Set(['--no-colour', '--no-color', '--no-prefix', '-v', '--version']);

/** honcho and overmind, which start the programs of a Procfile. honcho has an extra process of itself for each. */
export const procfile = unscalable({
  kind: 'procfile',
  label: 'Procfile runner',
  category: 'supervisor',
  distribution: 'honcho',
  configuredIn: '`-c`, `-l`, `OVERMIND_FORMATION`, not read',
  environment: ['HONCHO_PROCESS_NAME'],
  claim: ({ argv }) => {
    const { name, args } = programOf(argv);
    if (name !== 'honcho' && name !== 'overmind') return null;
    return positionals(args, switches)[0] === 'start' ? { args, app: name } : null;
  },
  role: ({ parent }) => (parent === null ? 'single' : 'helper'),
  program: (supervisor, variable) =>
    supervisor && procfileProgram(supervisor, supervisor.claim.app ?? 'Procfile', variable('HONCHO_PROCESS_NAME')),
  // overmind runs processes in its own tmux (start/tmux.go), which is not its child.
  startsFor({ argv, cwd }) {
    if (baseName(argv[0] ?? '') !== 'tmux') return null;
    const socket = flag(argv.slice(0, 20), ['-L'])?.value ?? '';
    return socket.startsWith('overmind-') ? `overmind (${cwd === null ? 'its Procfile' : `${cwd}/Procfile`})` : null;
  },
  advice: 'Start it with another formation: honcho start -c web=2, overmind start -l web=2.',
});
