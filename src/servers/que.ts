import { byDefault, fromFlagOr } from './kit/configured.ts';
import { argsOf } from './kit/program.ts';
import { unscalable } from './kit/unscalable.ts';

/** que (Ruby), 2.4: threads in one process (lib/que/command_line_interface.rb; not run here). */
export const que = unscalable({
  kind: 'que',
  label: 'que',
  configuredIn: 'threads: `-w`, else 6',
  claim: (facts) => {
    const args = argsOf(facts, ['que']);
    return args && { role: 'single', args };
  },
  configured: fromFlagOr(['-w', '--worker-count'], () => byDefault('que', 6)),
  advice: 'It has threads, not workers: restart it with another -w.',
});
