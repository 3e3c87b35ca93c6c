import { fromVariable } from './kit/configured.ts';
import { titleOf } from './kit/program.ts';
import { unscalable } from './kit/unscalable.ts';

/**
 * processes/procline.rb: `solid-queue-supervisor(1.0.0): supervising …`, `solid-queue-worker[mail](1.3.1): …` with a
 * name of its own, `solid-queue-fork-supervisor(…)` where there are several kinds of supervisor.
 */
const title = /^solid-queue-([a-z_-]+)(?:\[[^\]]*\])?\(([^)]+)\)/;

/** solid_queue: a supervisor with its workers, dispatchers and scheduler. */
export const solidQueue = unscalable({
  kind: 'solid_queue',
  label: 'solid_queue',
  environment: ['JOB_CONCURRENCY'],
  configuredIn: '`JOB_CONCURRENCY`',
  claim: ({ argv }) => {
    const [, what, version] = title.exec(titleOf(argv) ?? '') ?? [];
    if (what === undefined || version === undefined) return null;
    if (what.endsWith('supervisor')) return { role: 'master', args: null, version };
    const role = what === 'worker' || what === 'scheduler' ? what : 'helper';
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
