import { fromFlagOr } from './kit/configured.ts';
import { djangoCommand } from './kit/django-command.ts';
import { argsOf } from './kit/program.ts';
import { claimSpawned } from './kit/python-multiprocessing.ts';
import { unscalable } from './kit/unscalable.ts';
import { withApp } from './kit/with-app.ts';

export const dramatiq = unscalable({
  kind: 'dramatiq',
  label: 'dramatiq',
  distribution: 'dramatiq',
  configuredIn: '`-p`, else one for each core',
  claim: (facts) => {
    const command = djangoCommand(facts, 'rundramatiq');
    if (command !== null) return { args: command };
    const args = argsOf(facts, ['dramatiq']);
    return args && withApp(args, ['--use-spawn', '--watch-use-polling', '-v']);
  },
  claimChild: claimSpawned,
  configured: fromFlagOr(['-p', '--processes'], () => ({
    count: null,
    by: { type: 'default' },
    where: 'one for each core',
  })),
  advice: 'Restart it with another -p.',
});
