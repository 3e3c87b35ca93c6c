import type { ServerDefinition } from './definition.ts';
import { programOf, titleOf } from './kit/program.ts';

const title = /^(?:\S*\/)?(redis|valkey)-(server|rdb-bgsave|rdb-to-slaves|rdb-to-replicas|aof-rewrite|sentinel)\b/;

/** redis and valkey: one process, and a fork while it saves or copies its data to a replica (rdb.c, aof.c). */
export const redis: ServerDefinition = {
  kind: 'redis',
  label: 'redis',
  configuredIn: 'one process',
  category: 'service',
  claim({ argv }) {
    const [, , what] = title.exec(titleOf(argv) ?? programOf(argv).name ?? '') ?? [];
    if (what === undefined) return null;
    return { role: what === 'server' || what === 'sentinel' ? 'single' : 'helper', args: null };
  },
  scaling: {
    method: 'none',
    refuse: () => 'redis is one process without workers: its memory is its data (maxmemory limits it).',
  },
};
