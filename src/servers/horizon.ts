import { artisan } from './kit/php-console.ts';
import { unscalable } from './kit/unscalable.ts';

/** Laravel Horizon: a master, its supervisors and their workers (Horizon's WorkerCommandString.php). Not run here. */
export const horizon = unscalable({
  kind: 'horizon',
  label: 'Horizon',
  configuredIn: '`maxProcesses` of `config/horizon.php`, not read',
  claim: (facts) => {
    const master = artisan(facts, ['horizon']);
    if (master !== null) return { role: 'master', args: master };
    const worker = artisan(facts, ['horizon:work']);
    if (worker !== null) return { role: 'worker', args: worker };
    const supervisor = artisan(facts, ['horizon:supervisor']);
    return supervisor && { role: 'helper', args: supervisor };
  },
  advice: 'It scales by itself: set maxProcesses in config/horizon.php, then: php artisan horizon:terminate',
});
