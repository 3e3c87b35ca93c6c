import type { ServerDefinition } from './definition.ts';
import { programOf, titleOf } from './kit/program.ts';

/** PostgreSQL: a postmaster, its background processes and one backend for each client. */
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
  // A backend bears the postmaster's argv until it has set its own title.
  role: ({ parent }) => (parent === null ? 'master' : 'helper'),
  scaling: {
    method: 'none',
    refuse: () => 'PostgreSQL starts a process for each connection: limit max_connections, or pool connections.',
  },
};
