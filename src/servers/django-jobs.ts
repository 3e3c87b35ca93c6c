import type { ServerDefinition } from './definition.ts';
import { fromFlagOr } from './kit/configured.ts';
import { djangoCommand } from './kit/django-command.ts';
import { argsOf } from './kit/program.ts';
import { unscalable } from './kit/unscalable.ts';

interface Jobs {
  readonly kind: string;
  readonly label: string;
  readonly distribution: string;
  /** Commands of manage.py. */
  readonly commands: readonly string[];
  /** Programs, with the first of their arguments. */
  readonly programs?: readonly (readonly [string, string])[];
  /** Flags that set how many jobs one process runs at a time. */
  readonly concurrency?: readonly string[];
}

/** Workers with one process, mostly started by a project's manage.py. */
const table: readonly Jobs[] = [
  { kind: 'channels', label: 'channels worker', distribution: 'channels', commands: ['runworker'] },
  {
    kind: 'django-background-tasks',
    label: 'background tasks',
    distribution: 'django-background-tasks',
    commands: ['process_tasks'],
  },
  {
    kind: 'django-tasks',
    label: 'django tasks',
    distribution: 'django-tasks',
    commands: ['db_worker', 'rqworker_tasks'],
  },
  {
    kind: 'procrastinate',
    label: 'procrastinate',
    distribution: 'procrastinate',
    commands: ['procrastinate'],
    programs: [['procrastinate', 'worker']],
    concurrency: ['-c', '--concurrency'],
  },
];

export const djangoJobs: readonly ServerDefinition[] = table.map(
  ({ kind, label, distribution, commands, programs = [], concurrency = [] }) =>
    unscalable({
      kind,
      label,
      distribution,
      configuredIn: 'one process',
      claim: (facts) => {
        for (const command of commands) {
          const args = djangoCommand(facts, command);
          if (args !== null && (kind !== 'procrastinate' || args.includes('worker'))) return { args };
        }
        for (const [program, first] of programs) {
          const args = argsOf(facts, [program, `${program}.__main__`]);
          if (args?.includes(first)) return { args };
        }
        return null;
      },
      role: ({ parent }) => (parent === null ? 'single' : 'helper'),
      configured: fromFlagOr(concurrency, () => ({ count: 1, by: { type: 'default' }, where: 'one process' })),
      advice: 'It is one process: start or end another where it is started.',
    }),
);
