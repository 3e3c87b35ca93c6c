import { fromVariable } from './kit/configured.ts';
import { titleOf } from './kit/program.ts';
import { unscalable } from './kit/unscalable.ts';

/** solid_queue: `solid-queue-supervisor(1.0): supervising …` and its processes. */
export const solidQueue = unscalable({
  kind: 'solid_queue',
  label: 'solid_queue',
  environment: ['JOB_CONCURRENCY'],
  configuredIn: '`JOB_CONCURRENCY`',
  claim: ({ argv }) => {
    const [, what, version] = /^solid-queue-(\w+)\(([^)]+)\)/.exec(titleOf(argv) ?? '') ?? [];
    if (what === undefined || version === undefined) return null;
    const roles = {
      supervisor: 'master',
      fork_supervisor: 'master',
      worker: 'worker',
      scheduler: 'scheduler',
    } as const;
    const role = what in roles ? roles[what as keyof typeof roles] : 'helper';
    return { role, args: null, version };
  },
  configured: ({ head: { facts } }) =>
    fromVariable(facts, 'JOB_CONCURRENCY') ?? {
      count: null,
      by: null,
      where: 'unknown: processes in config/queue.yml, else 1',
    },
  advice: 'Set processes in config/queue.yml, or JOB_CONCURRENCY, and restart it.',
});
