import { byDefault, fromFlagOr } from './kit/configured.ts';
import { argsOf } from './kit/program.ts';
import { unscalable } from './kit/unscalable.ts';

/** shoryuken (Ruby), 6: threads in one process (lib/shoryuken/options.rb; not run here). */
export const shoryuken = unscalable({
  kind: 'shoryuken',
  label: 'shoryuken',
  configuredIn: 'threads: `-c`, else 25',
  claim: (facts) => {
    const args = argsOf(facts, ['shoryuken']);
    return args && { role: 'single', args };
  },
  configured: fromFlagOr(['-c', '--concurrency'], () => byDefault('shoryuken', 25)),
  advice: 'It has threads, not workers: restart it with another -c.',
});
