import type { ProcessFacts } from '../snapshot.ts';
import { byDefault, fromFlag } from './configured.ts';
import type { Claim, ServerDefinition } from './definition.ts';
import { flag } from './flags.ts';
import { programOf, titleOf } from './program.ts';

const title = /^odoo: (\w+) \d+/;

/**
 * odoo with workers (odoo/service/server.py, PreforkServer): TTIN adds one, but TTOU ends none until one dies by its limits, and has
 * no floor: it counts below zero.
 */
export const odoo: ServerDefinition = {
  kind: 'odoo',
  label: 'odoo',
  category: 'app',
  documented: { configured: '`--workers`', tested: 'recorded' },
  claim,
  configured: ({ claim: { args } }) => {
    const told = flag(args ?? [], ['--workers']);
    return told ? fromFlag(told) : byDefault('odoo', 0);
  },
  scaling: {
    method: 'none',
    refuse: () =>
      'odoo counts TTOU without a floor and ends no worker for it: set workers in its configuration and restart it.',
  },
};

function claim({ argv }: ProcessFacts): Claim | null {
  const what = title.exec(titleOf(argv) ?? '')?.[1];
  if (what !== undefined) return { role: what.startsWith('WorkerHTTP') ? 'worker' : 'helper', args: null };
  const { name, args } = programOf(argv);
  if (name !== 'odoo' && name !== 'odoo-bin' && name !== 'openerp-server') return null;
  return args[0] === 'gevent' ? { role: 'helper', args } : { args };
}
