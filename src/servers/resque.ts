import { titleOf } from './kit/program.ts';
import { unscalable } from './kit/unscalable.ts';

export const resque = unscalable({
  kind: 'resque',
  label: 'resque',
  environment: ['COUNT', 'QUEUE'],
  configuredIn: 'one process for each `COUNT`',
  claim: ({ argv }) => {
    const [, version, what] = /^resque-(\S+): (.+)$/.exec(titleOf(argv) ?? '') ?? [];
    if (version === undefined) return null;
    // Each job runs in a child.
    return what?.startsWith('Processing')
      ? { role: 'helper', args: null, version }
      : { role: 'single', args: null, version };
  },
  advice: 'Start or end another worker (COUNT).',
});
