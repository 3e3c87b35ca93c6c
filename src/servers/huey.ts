import type { Member, Role } from './definition.ts';
import { byDefault, fromFlagOr } from './kit/configured.ts';
import { djangoCommand } from './kit/django-command.ts';
import { argsOf } from './kit/program.ts';
import { unscalable } from './kit/unscalable.ts';
import { withApp } from './kit/with-app.ts';

/** Children are in the order of their age. The scheduler is started first (`Consumer.start` in huey/consumer.py, 3.3). */
function role({ process, parent, children }: Member): Role {
  if (parent === null) return children.length > 0 ? 'master' : 'single';
  return parent.children[0]?.process === process ? 'scheduler' : 'worker';
}

/** huey. In process mode its children are its workers and one scheduler. */
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
  role,
  configured: fromFlagOr(['-w', '--workers'], () => byDefault('huey', 1)),
  advice: 'Restart it with another -w.',
});
