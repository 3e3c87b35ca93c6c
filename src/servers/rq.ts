import { byDefault, fromFlag } from './kit/configured.ts';
import { flag } from './kit/flags.ts';
import { argsOf, titleOf } from './kit/program.ts';
import { unscalable } from './kit/unscalable.ts';

/** rq: a worker forks a work horse for each job, which is none of a pool (rq/worker). */
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
    const args = argsOf(facts, ['rq', 'rqworker']);
    return args && (args[0] === 'worker' || args[0] === 'worker-pool' || args.length === 0) ? { args } : null;
  },
  // Of a pool the children are workers; of a worker they are its horse and its scheduler, with the argv of whoever forked them.
  role: ({ parent, children, claim: { args } }) => {
    const isPool = (words: readonly string[] | null) => words?.[0] === 'worker-pool';
    if (parent !== null) return parent.parent === null && isPool(parent.claim.args) ? 'worker' : 'helper';
    return isPool(args) && children.length > 0 ? 'master' : 'single';
  },
  configured: ({ claim: { args } }) => {
    const told = flag(args ?? [], ['-n', '--num-workers']);
    return told ? fromFlag(told) : byDefault('rq', 1);
  },
  advice: 'Start or end another `rq worker`, or restart the pool with another -n.',
});
