import type { ProcessFacts } from '../snapshot.ts';
import type { Claim, ServerDefinition } from './definition.ts';
import { byDefault, fromFlag } from './kit/configured.ts';
import { flag, flags } from './kit/flags.ts';
import { programOf, titleOf } from './kit/program.ts';

/** Starman/Server.pm sets `starman master ARGS` and `starman worker ARGS`. */
const title = /^starman (master|worker)(?: (.*))?$/;

/** Starman (Perl). Net::Server trims slowly after TTOU: up to about 10 seconds. */
export const starman: ServerDefinition = {
  kind: 'starman',
  label: 'Starman',
  configuredIn: '`--workers`, else 5',
  category: 'app',
  environment: ['PLACK_ENV'],
  claim,
  bind: ({ claim: { args } }) => flags(args ?? [], ['-l', '--listen', '-p', '--port']).map((use) => use.value),
  configured: ({ claim: { args } }) => {
    const given = flag(args ?? [], ['--workers']);
    return given ? fromFlag(given) : byDefault('Starman', 5);
  },
  loads: (_, args) => (args === null || args.includes('--preload-app') ? null : /\.(?:psgi|pm|pl)$/),
  scaling: { method: 'signal', floor: 1, trims: 'oldest' },
};

function claim({ argv }: ProcessFacts): Claim | null {
  const [, what, written] = title.exec(titleOf(argv) ?? '') ?? [];
  if (what !== undefined) {
    return { role: what === 'master' ? 'master' : 'worker', args: (written ?? '').split(' ').filter(Boolean) };
  }
  const { name, args } = programOf(argv);
  return name === 'starman' ? { args } : null;
}
