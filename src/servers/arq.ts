import { argsOf } from './kit/program.ts';
import { unscalable } from './kit/unscalable.ts';
import { withApp } from './kit/with-app.ts';

export const arq = unscalable({
  kind: 'arq',
  label: 'arq',
  distribution: 'arq',
  configuredIn: 'one process',
  claim: (facts) => {
    const args = argsOf(facts, ['arq']);
    return args && withApp(args, ['--burst', '--check']);
  },
  advice: 'It is one process: set max_jobs in its settings, or start another.',
});
