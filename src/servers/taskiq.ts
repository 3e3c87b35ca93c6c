import { byDefault, fromFlagOr } from './kit/configured.ts';
import { argsOf } from './kit/program.ts';
import { claimSpawned } from './kit/python-multiprocessing.ts';
import { unscalable } from './kit/unscalable.ts';
import { withApp } from './kit/with-app.ts';

/**
 * taskiq (https://taskiq-python.github.io): a manager starts its workers by multiprocessing
 * (cli/worker/process_manager.py).
 */
export const taskiq = unscalable({
  kind: 'taskiq',
  label: 'taskiq',
  distribution: 'taskiq',
  configuredIn: '`-w`, else 2',
  claim: (facts) => {
    const args = argsOf(facts, ['taskiq']);
    return args?.[0] === 'worker' ? withApp(args.slice(1), ['--reload', '--fs-discover', '-fsd', '--no-parse']) : null;
  },
  claimChild: claimSpawned,
  configured: fromFlagOr(['-w', '--workers'], () => byDefault('taskiq', 2)),
  advice: 'Restart it with another -w.',
});
