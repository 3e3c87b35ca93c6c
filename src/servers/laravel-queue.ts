import type { Claim } from './definition.ts';
import { flag, positionals } from './kit/flags.ts';
import { artisan } from './kit/php-console.ts';
import { unscalable } from './kit/unscalable.ts';

/** A worker of Laravel's queues: one process (Illuminate/Queue/Console/WorkCommand.php; not run here). */
export const laravelQueue = unscalable({
  kind: 'laravel-queue',
  label: 'Laravel queue',
  configuredIn: 'a process for each worker',
  claim: (facts): Claim | null => {
    const args = artisan(facts, ['queue:work', 'queue:listen']);
    if (args === null) return null;
    const queue = flag(args, ['--queue'])?.value ?? positionals(args, new Set())[0];
    return queue === undefined ? { args } : { args, app: queue };
  },
  recycling: '--memory=128',
  advice: 'Start or end another queue:work: numprocs of its supervisor program.',
});
