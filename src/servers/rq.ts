import type { Claim } from './definition.ts';
import { byDefault, fromFlag } from './kit/configured.ts';
import { djangoCommand } from './kit/django-command.ts';
import { flag, positionals } from './kit/flags.ts';
import { argsOf, titleOf } from './kit/program.ts';
import { unscalable } from './kit/unscalable.ts';

/** rq: a worker forks a work horse for each job (rq/worker). */
export const rq = unscalable({
  kind: 'rq',
  label: 'rq',
  distribution: 'rq',
  configuredIn: '`worker-pool -n`',
  claim: (facts) => {
    const title = titleOf(facts.argv) ?? '';
    const [, queue] = /^rq(?::worker:\S+)?: Listening on (.+?)(?:\.\.\.)?$/.exec(title) ?? [];
    if (queue !== undefined) return { args: null, app: queue };
    if (/^rq(?::worker:\S+)?: /.test(title)) return { args: null };
    // django-rq's commands; the second is a pool.
    const single = djangoCommand(facts, 'rqworker');
    if (single !== null) return withQueues(single);
    const pool = djangoCommand(facts, 'rqworker-pool');
    if (pool !== null) return { args: ['worker-pool', ...pool] };
    const args = argsOf(facts, ['rq', 'rqworker']);
    return args && (args[0] === 'worker' || args[0] === 'worker-pool' || args.length === 0) ? { args } : null;
  },
  remark: ({ claim: { app, args } }) => {
    const queues =
      app ??
      positionals(args ?? [], new Set(['--burst', '-b', '--with-scheduler']))
        .slice(1)
        .join(',');
    return queues === '' ? null : `queues ${queues}`;
  },
  // Children of a pool are workers. Children of a worker are its horse and its scheduler, with the argv of their
  // parent.
  role: ({ parent, children, claim: { args } }) => {
    const isPool = (words: readonly string[] | null) => words?.[0] === 'worker-pool';
    if (parent !== null) return parent.parent === null && isPool(parent.claim.args) ? 'worker' : 'helper';
    return isPool(args) && children.length > 0 ? 'master' : 'single';
  },
  configured: ({ claim: { args } }) => {
    const given = flag(args ?? [], ['-n', '--num-workers']);
    return given ? fromFlag(given) : byDefault('rq', 1);
  },
  advice: 'Start or end another `rq worker`, or restart the pool with another -n.',
});

/** Claims a worker of django-rq. Its queues distinguish it from others. */
function withQueues(args: readonly string[]): Claim {
  const queues = positionals(args, new Set(['--burst', '--with-scheduler']));
  return queues.length === 0 ? { args } : { args, app: queues.join(',') };
}
