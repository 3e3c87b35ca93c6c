import type { ServerDefinition } from './definition.ts';
import { titleOf } from './program.ts';

const title = /^nginx: (master process|worker process|cache (?:manager|loader) process)/;

/** nginx; its workers take as little as its titles tell (ngx_process_cycle.c). */
export const nginx: ServerDefinition = {
  kind: 'nginx',
  label: 'nginx',
  documented: { configured: '`worker_processes`, not read', tested: 'live' },
  category: 'service',
  claim({ argv }) {
    const what = title.exec(titleOf(argv) ?? '')?.[1];
    if (what === undefined) return null;
    if (what === 'master process') return { args: null };
    return { role: what === 'worker process' ? 'worker' : 'helper', args: null };
  },
  // A worker bears its master's title until it has set its own.
  role: ({ parent }) => (parent === null ? 'master' : 'worker'),
  scaling: {
    method: 'none',
    refuse: () => 'nginx takes no TTIN or TTOU: it would freeze. Edit worker_processes and use: nginx -s reload',
  },
};
