import type { ServerDefinition } from './definition.ts';
import { programOf, titleOf } from './kit/program.ts';

const title = /^(?:\S*\/)?(redis|valkey)-(server|rdb-bgsave|aof-rewrite|sentinel)\b/;

/** redis and valkey: one process, and a fork while it saves. */
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
