import { bytes, plural } from '../text/figures.ts';
import type { ServerDefinition, ServerProcesses } from './definition.ts';
import { programOf, titleOf } from './kit/program.ts';

/** PostgreSQL: a postmaster, its background processes, and one backend for each client. */
export const postgres: ServerDefinition = {
  kind: 'postgres',
  label: 'PostgreSQL',
  configuredIn: 'a process for each connection',
  category: 'service',
  claim({ argv }) {
    if (titleOf(argv)?.startsWith('postgres: ')) return { role: 'helper', args: null };
    const { name, args } = programOf(argv);
    return name === 'postgres' || name === 'postmaster' ? { args } : null;
  },
  // Until it sets its title, a backend has the postmaster's argv.
  role: ({ parent }) => (parent === null ? 'master' : 'helper'),
  remark: costOfConnections,
  scaling: {
    method: 'none',
    refuse: () => 'PostgreSQL starts a process for each connection: limit max_connections, or pool connections.',
  },
};

/** USER DATABASE HOST(PORT) or [local], after the cluster's name, if it has one (backend_status.c, ps_status.c). */
const backend = /^postgres: (?:\S+: )?(?!walsender )\S+ \S+ (?:\[local\]|\S+\(\d+\))/;

/**
 * What the present connections cost, as a phrase: the median private memory of their backends. Null without
 * connections.
 */
function costOfConnections({ others = [] }: ServerProcesses): string | null {
  const backends = others.filter(({ facts }) => backend.test(titleOf(facts.argv) ?? ''));
  if (backends.length === 0) return null;
  const own = backends.flatMap(({ memory }) => memory.frees ?? memory.uss ?? []).sort((a, b) => a - b);
  const median = own[Math.floor(own.length / 2)];
  const count = plural(backends.length, 'connection');
  return median === undefined ? count : `${count}, ${bytes(median)} each`;
}
