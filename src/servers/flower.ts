import { positionals } from './kit/flags.ts';
import { argsOf, programOf } from './kit/program.ts';
import { unscalable } from './kit/unscalable.ts';

export const flower = unscalable({
  kind: 'flower',
  label: 'flower',
  distribution: 'flower',
  configuredIn: 'one process',
  claim: (facts) => {
    const args = argsOf(facts, ['celery', 'flower']);
    if (args === null) return null;
    const isFlower = programOf(facts.argv).name === 'flower' || positionals(args, new Set())[0] === 'flower';
    return isFlower ? { args } : null;
  },
  advice: 'It shows what celery does, and has no workers of its own.',
});
