import { byDefault, fromFlagOr } from './kit/configured.ts';
import { djangoCommand } from './kit/django-command.ts';
import { argsOf } from './kit/program.ts';
import { unscalable } from './kit/unscalable.ts';
import { withApp } from './kit/with-app.ts';

/** huey. In process mode its children are workers and one scheduler, all with one argv. */
export const huey = unscalable({
  kind: 'huey',
  label: 'huey',
  distribution: 'huey',
  configuredIn: '`-w`, else 1',
  claim: (facts) => {
    const args =
      argsOf(facts, ['huey_consumer.py', 'huey_consumer', 'huey.bin.huey_consumer']) ??
      djangoCommand(facts, 'run_huey') ??
      djangoCommand(facts, 'djangohuey');
    return args && withApp(args, ['-n', '--no-periodic', '-v', '--verbose', '-q', '--quiet', '-f', '--flush-locks']);
  },
  configured: fromFlagOr(['-w', '--workers'], () => byDefault('huey', 1)),
  advice: 'Restart it with another -w.',
});
