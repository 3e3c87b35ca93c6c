import type { ProcessFacts } from '../snapshot.ts';
import type { Claim, ServerDefinition } from './definition.ts';
import { absolutePath, byDefault, fromFlag, fromLines } from './kit/configured.ts';
import { flag } from './kit/flags.ts';
import { programOf, titleOf } from './kit/program.ts';

const title = /^odoo: (\w+) \d+/;

/**
 * odoo with workers (odoo/service/server.py, PreforkServer). TTIN adds a worker. TTOU ends none until one reaches its
 * limits, and has no floor: the count goes below zero.
 */
export const odoo: ServerDefinition = {
  kind: 'odoo',
  label: 'odoo',
  category: 'app',
  configuredIn: '`--workers`, `workers` of its `-c` file',
  claim,
  configRequests: (facts) => {
    const path = configFile(facts);
    return path === null ? [] : [{ path, lines: /^\s*workers\s*=/ }];
  },
  configured: ({ head: { facts }, claim: { args } }) => {
    const given = flag(args ?? [], ['--workers']);
    if (given) return fromFlag(given);
    const path = configFile(facts) ?? '';
    return fromLines(path, facts.configLines[path], /^workers\s*=\s*(\d+)$/) ?? byDefault('odoo', 0);
  },
  scaling: {
    method: 'none',
    refuse: () =>
      'On TTOU odoo lowers its count without limit and ends no worker: set workers in its configuration and restart it.',
  },
};

/** The file of -c, else the packages' path. */
function configFile(facts: ProcessFacts): string | null {
  const given = flag(programOf(facts.argv).args, ['-c', '--config'])?.value;
  return absolutePath(facts, given ?? '/etc/odoo/odoo.conf');
}

function claim({ argv }: ProcessFacts): Claim | null {
  const what = title.exec(titleOf(argv) ?? '')?.[1];
  if (what !== undefined) return { role: what.startsWith('WorkerHTTP') ? 'worker' : 'helper', args: null };
  const { name, args } = programOf(argv);
  if (name !== 'odoo' && name !== 'odoo-bin' && name !== 'openerp-server') return null;
  return args[0] === 'gevent' ? { role: 'helper', args } : { args };
}
