import type { ProcessFacts } from '../snapshot.ts';
import { baseName } from '../text/base-name.ts';
import type { ServerProcesses } from './definition.ts';
import { absolutePath } from './kit/configured.ts';
import { programOf } from './kit/program.ts';
import { unscalable } from './kit/unscalable.ts';

/** The default endpoint of circusctl (circus/util.py). */
const DEFAULT_ENDPOINT = 'tcp://127.0.0.1:5555';

/**
 * circusd (https://circus.readthedocs.io), 0.18. It scales by `circusctl incr WATCHER`, but its processes do not know
 * the name of their watcher. So the user has to name it.
 */
export const circus = unscalable({
  kind: 'circus',
  label: 'circus',
  category: 'supervisor',
  distribution: 'circus',
  configuredIn: '`numprocesses` of each watcher, not read',
  claim: ({ argv }) => {
    const { name, args } = programOf(argv);
    const entitled = argv.length === 1 && baseName(argv[0] ?? '').trim() === 'circusd';
    return name === 'circusd' || entitled ? { role: 'single', args } : null;
  },
  configRequests: (facts) => iniFiles(facts).map((path) => ({ path, lines: /^\s*(?:\[watcher:|endpoint\s*[=:])/ })),
  advice,
});

function iniFiles(facts: ProcessFacts): readonly string[] {
  const { args } = programOf(facts.argv);
  return args.filter((arg) => /\.ini$/.test(arg)).flatMap((path) => absolutePath(facts, path) ?? []);
}

function advice({ head: { facts } }: ServerProcesses): string {
  const lines = iniFiles(facts).flatMap((path) => facts.configLines[path] ?? []);
  const captured = (pattern: RegExp) => lines.flatMap((line) => pattern.exec(line)?.[1]?.trim() ?? []);
  const [endpoint = DEFAULT_ENDPOINT] = captured(/^\s*endpoint\s*[=:](.*)$/);
  const watchers = captured(/^\s*\[watcher:([^\]]+)\]/);
  const program = endpoint === DEFAULT_ENDPOINT ? 'circusctl' : `circusctl --endpoint ${endpoint}`;
  const [only] = watchers;
  const watcher = watchers.length === 1 && only !== undefined ? only : 'WATCHER';
  const named = watchers.length > 1 ? `, with one of its watchers ${watchers.join(', ')}` : '';
  return `Use: ${program} incr ${watcher}, or ${program} decr ${watcher}${named}.`;
}
