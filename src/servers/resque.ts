import type { ServerProcesses } from './definition.ts';
import { fromVariable } from './kit/configured.ts';
import { programOf, titleOf } from './kit/program.ts';
import { unscalable } from './kit/unscalable.ts';

/** resque: a worker forks a child for each job. `rake resque:workers` starts COUNT of them. */
export const resque = unscalable({
  kind: 'resque',
  label: 'resque',
  environment: ['COUNT', 'QUEUE', 'QUEUES'],
  configuredIn: 'one process for each `COUNT`',
  claim: ({ argv, environment }) => {
    const [, version, what = ''] = /^resque-(\S+): (.+)$/.exec(titleOf(argv) ?? '') ?? [];
    if (version === undefined) return null;
    if (what.startsWith('Processing')) return { role: 'helper', args: null, version };
    const queues = /^Waiting for (.+)$/.exec(what)?.[1] ?? environment['QUEUES'] ?? environment['QUEUE'];
    return { args: null, version, ...(queues === undefined ? {} : { app: queues }) };
  },
  claimParent: ({ argv }) => {
    const { name, args } = programOf(argv);
    return name === 'rake' && args.includes('resque:workers') ? { role: 'master', args } : null;
  },
  role: ({ parent }) => (parent === null ? 'single' : 'worker'),
  remark: ({ claim: { app }, workers: [first] }) => {
    const queues = app ?? (first && queuesOf(first));
    return queues === undefined ? null : `queues ${queues}`;
  },
  configured: ({ head: { facts } }: ServerProcesses) =>
    fromVariable(facts, 'COUNT') ?? { count: 1, by: { type: 'default' }, where: 'one process' },
  advice: 'Start or end another worker (COUNT).',
});

function queuesOf({ facts: { environment } }: ServerProcesses['head']): string | undefined {
  return environment['QUEUES'] ?? environment['QUEUE'];
}
