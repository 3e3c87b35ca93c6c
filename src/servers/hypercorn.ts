import type { ProcessFacts } from '../snapshot.ts';
import { absolutePath, byDefault, fromFlagOr, fromLines } from './kit/configured.ts';
import { flag, flags } from './kit/flags.ts';
import { argsOf, programOf } from './kit/program.ts';
import { claimSpawned } from './kit/python-multiprocessing.ts';
import { unscalable } from './kit/unscalable.ts';
import { withApp } from './kit/with-app.ts';

/** hypercorn 0.13 forks its workers, which keep its argv; 0.18 spawns them (hypercorn/run.py). */
export const hypercorn = unscalable({
  kind: 'hypercorn',
  label: 'hypercorn',
  distribution: 'hypercorn',
  configuredIn: '`-w`, `workers` of its `-c` file, else 1',
  claim: (facts) => {
    const args = argsOf(facts, ['hypercorn', 'hypercorn.__main__']);
    return args && withApp(args, ['--debug', '--reload', '--log-config']);
  },
  claimChild: claimSpawned,
  bind: ({ claim: { args } }) => flags(args ?? [], ['-b', '--bind']).map(({ value }) => value),
  configRequests: (facts) => {
    const path = hypercornFile(facts);
    return path === null ? [] : [{ path, lines: /^\s*workers\s*=/ }];
  },
  activity: () => ({ by: 'loop' }),
  configured: fromFlagOr(['-w', '--workers'], ({ head: { facts } }) => {
    const path = hypercornFile(facts) ?? '';
    return fromLines(path, facts.configLines[path], /^workers\s*=\s*(\d+)\s*(?:#.*)?$/) ?? byDefault('hypercorn', 1);
  }),
  advice: 'Restart it with another -w.',
});

/** Its TOML or Python configuration file. A Python module is not looked for. */
function hypercornFile(facts: ProcessFacts): string | null {
  const given = flag(programOf(facts.argv).args, ['-c', '--config'])?.value.replace(/^file:/, '');
  return given === undefined || given.startsWith('python:') ? null : absolutePath(facts, given);
}
