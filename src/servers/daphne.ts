import { byDefault } from './kit/configured.ts';
import { flag } from './kit/flags.ts';
import { argsOf } from './kit/program.ts';
import { unscalable } from './kit/unscalable.ts';
import { withApp } from './kit/with-app.ts';

/** daphne: one process. */
export const daphne = unscalable({
  kind: 'daphne',
  label: 'daphne',
  distribution: 'daphne',
  configuredIn: 'one process',
  claim: (facts) => {
    const args = argsOf(facts, ['daphne']);
    return args && withApp(args);
  },
  bind: ({ claim: { args } }) => {
    const port = flag(args ?? [], ['-p', '--port'])?.value ?? '8000';
    return [`${flag(args ?? [], ['-b', '--bind'])?.value ?? '127.0.0.1'}:${port}`];
  },
  activity: () => ({ by: 'loop' }),
  configured: () => byDefault('daphne', 1),
  advice: 'It is one process: start another on another port, or behind a shared socket by --fd.',
});
