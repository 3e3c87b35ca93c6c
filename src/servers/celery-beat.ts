import { celeryArgs, withApp } from './celery.ts';
import type { ServerDefinition } from './definition.ts';
import { titleOf } from './kit/program.ts';

const title = /^\[celery beat\] (.+)$/;

/** celery's scheduler as a process of its own; the one that `celery worker -B` forks belongs to that worker. */
export const celeryBeat: ServerDefinition = {
  kind: 'celery-beat',
  label: 'celery beat',
  shortLabel: 'beat',
  embeddable: { kind: 'celery', option: '-B', command: (app) => `celery -A ${app ?? 'APP'} worker -B` },
  configuredIn: 'one process',
  category: 'app',
  directoryFlags: ['--workdir'],
  distribution: 'celery',
  claim(facts) {
    const args = title.exec(titleOf(facts.argv) ?? '')?.[1]?.split(' ') ?? celeryArgs(facts, 'beat');
    return args && { ...withApp(args, facts), role: 'scheduler' };
  },
  configured: () => ({ count: null, by: null, where: 'a scheduler has no workers' }),
  scaling: {
    method: 'none',
    refuse: () => 'celery beat is a scheduler without workers: one is enough, and two would send each task twice.',
  },
};
