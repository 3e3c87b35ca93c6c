import type { ProcessFacts } from '../snapshot.ts';
import type { Claim } from './definition.ts';
import { byDefault, fromFlagOr } from './kit/configured.ts';
import { flag, hasFlag } from './kit/flags.ts';
import { argsOf } from './kit/program.ts';
import { claimSpawned } from './kit/python-multiprocessing.ts';
import { catches } from './kit/signal-mask.ts';
import { unscalable } from './kit/unscalable.ts';
import { withApp } from './kit/with-app.ts';

/** Flags without a value (sanic/cli/arguments.py). */
const switches = [
  ...['--factory', '-s', '--simple', '--repl', '--no-repl', '-1', '-3'],
  ...['--debug', '-d', '--dev', '-r', '--reload', '--auto-reload', '--auto-tls'],
  ...['--fast', '--single-process', '--access-logs', '--no-access-logs', '-D', '--daemon'],
  ...['--coffee', '--no-coffee', '--motd', '--no-motd', '-v', '--noisy-exceptions', '--no-noisy-exceptions'],
];

/**
 * A worker, or the process that holds what they share: it ignores SIGINT (`_run_server` in multiprocessing/managers.py),
 * which a worker handles.
 */
function claimChild(facts: ProcessFacts): Claim | null {
  const claim = claimSpawned(facts);
  return claim && catches(facts.ignored, 'SIGINT') ? { ...claim, role: 'helper' } : claim;
}

/** sanic (https://sanic.dev), 22.9 and later: a manager that spawns its workers. */
export const sanic = unscalable({
  kind: 'sanic',
  label: 'sanic',
  distribution: 'sanic',
  configuredIn: '`-w`, else 1',
  claim: (facts) => {
    const args = argsOf(facts, ['sanic', 'sanic.__main__']);
    return args && withApp(args, switches);
  },
  claimChild,
  bind: ({ claim: { args } }) => {
    const socket = flag(args ?? [], ['-u', '--unix'])?.value;
    if (socket !== undefined) return [`unix:${socket}`];
    const host = flag(args ?? [], ['-H', '--host'])?.value ?? '127.0.0.1';
    return [`${host}:${flag(args ?? [], ['-p', '--port'])?.value ?? '8000'}`];
  },
  configured: fromFlagOr(['-w', '--workers'], ({ claim: { args } }) =>
    hasFlag(args ?? [], ['--fast'])
      ? { count: null, by: { type: 'flag', name: '--fast' }, where: '--fast on the command line: one for each core' }
      : byDefault('sanic', 1),
  ),
  advice: 'Restart it with another -w, or if its inspector is on: sanic inspect scale N',
});
