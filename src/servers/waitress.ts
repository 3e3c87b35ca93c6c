import { flags } from './kit/flags.ts';
import { argsOf } from './kit/program.ts';
import { unscalable } from './kit/unscalable.ts';
import { withApp } from './kit/with-app.ts';

/** waitress: threads in one process. */
export const waitress = unscalable({
  kind: 'waitress',
  label: 'waitress',
  distribution: 'waitress',
  configuredIn: 'one process',
  claim: (facts) => {
    const args = argsOf(facts, ['waitress-serve', 'waitress']);
    return args && withApp(args, ['--call']);
  },
  bind: ({ claim: { args } }) => flags(args ?? [], ['--listen']).map(({ value }) => value),
  advice: 'It has threads, not workers: restart it with another --threads.',
});
