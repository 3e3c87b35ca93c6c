import type { ProcessFacts } from '../snapshot.ts';
import type { Claim, ServerDefinition } from './definition.ts';
import { byDefault, fromFlag } from './kit/configured.ts';
import { flag, flags } from './kit/flags.ts';
import { programOf } from './kit/program.ts';
import { catches } from './kit/signal-mask.ts';

/**
 * Mojolicious' prefork and hypnotoad (Mojo/Server/Prefork.pm). Master and workers have the same argv; signal masks
 * distinguish them. TTOU goes down to zero workers.
 */
export const mojolicious: ServerDefinition = {
  kind: 'mojolicious',
  label: 'Mojolicious',
  category: 'app',
  configuredIn: '`-w`, else 4; unknown for hypnotoad',
  environment: ['MOJO_MODE', 'HYPNOTOAD_APP'],
  claim,
  role: ({ parent, process }) => {
    if (parent !== null) return 'worker';
    return catches(process.facts.caught, 'SIGTTIN') ? 'master' : 'single';
  },
  bind: ({ claim: { args } }) =>
    flags(args ?? [], ['-l', '--listen']).map((use) => use.value.replace(/^https?:\/\//, '')),
  configured: ({ head: { facts }, claim: { args } }) => {
    const given = flag(args ?? [], ['-w', '--workers']);
    if (given) return fromFlag(given);
    if (facts.environment['HYPNOTOAD_APP'] === undefined) return byDefault('Mojolicious', 4);
    return { count: null, by: null, where: 'unknown: workers of hypnotoad in the app’s configuration, else 4' };
  },
  scaling: { method: 'signal', floor: 0, trims: 'oldest' },
};

function claim({ argv, environment }: ProcessFacts): Claim | null {
  const { interpreter, name, args } = programOf(argv);
  if (interpreter !== 'perl') return null;
  const app = environment['HYPNOTOAD_APP'];
  if (name === 'hypnotoad') return { args, app: app ?? args.at(-1) ?? 'hypnotoad' };
  // `app.pl prefork`, `mojo prefork`, or hypnotoad after it has started the app itself.
  if (args[0] === 'prefork') return { args: args.slice(1), app: name ?? 'app' };
  return app === undefined || name === null ? null : { args, app: name };
}
