import { byDefault, fromFlagOr, fromVariable } from './kit/configured.ts';
import { argsOf, titleOf } from './kit/program.ts';
import { claimSpawned } from './kit/python-multiprocessing.ts';
import { unscalable } from './kit/unscalable.ts';
import { withApp } from './kit/with-app.ts';

/** granian (Rust): titles as in granian/common.py and mp.py. */
export const granian = unscalable({
  kind: 'granian',
  label: 'granian',
  distribution: 'granian',
  environment: ['GRANIAN_WORKERS'],
  configuredIn: '`--workers`, `GRANIAN_WORKERS`, else 1',
  claim: (facts) => {
    const title = titleOf(facts.argv);
    const entitled = /^granian (?:asgi|asginl|rsgi|wsgi) \S+ (\S+?)(?: (worker-\d+))?$/.exec(title ?? '');
    if (entitled) return { role: entitled[2] === undefined ? 'master' : 'worker', app: entitled[1] ?? '', args: null };
    const args = argsOf(facts, ['granian']);
    return args && withApp(args);
  },
  claimChild: claimSpawned,
  configured: fromFlagOr(
    ['--workers'],
    ({ head }) => fromVariable(head.facts, 'GRANIAN_WORKERS') ?? byDefault('granian', 1, head.facts),
  ),
  advice: 'Restart it with another --workers; --workers-max-rss replaces workers that have grown.',
});
