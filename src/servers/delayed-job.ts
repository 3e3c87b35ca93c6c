import { argsOf, programOf } from './kit/program.ts';
import { unscalable } from './kit/unscalable.ts';

/**
 * delayed_job 4.1: one process per worker, titled `delayed_job.0` (lib/delayed/command.rb) or started as `rake
 * jobs:work`. Not run here.
 */
export const delayedJob = unscalable({
  kind: 'delayed_job',
  label: 'delayed_job',
  configuredIn: 'a process for each of `-n`',
  claim: (facts) => {
    const { name } = programOf(facts.argv);
    if (/^delayed_job(?:\.\d+)?$/.test(name ?? '')) return { role: 'single', args: null };
    const args = argsOf(facts, ['rake']);
    return args?.includes('jobs:work') ? { role: 'single', args } : null;
  },
  advice: 'Restart it with another -n: bin/delayed_job -n N restart',
});
