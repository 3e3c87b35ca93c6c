import type { ProcessFacts } from '../snapshot.ts';
import type { Claim, Role, ServerDefinition } from './definition.ts';
import { programOf, titleOf } from './kit/program.ts';
import { workerNumber, workerProcesses, workerProcessesRequest } from './kit/worker-processes.ts';

/** pitchfork/http_server.rb: `pitchfork monitor - ARGS`, `pitchfork (gen:0) worker[1] - waiting`, mold, service. */
const title = /^pitchfork (?:\(gen:\d+\) )?(monitor|mold|service|worker\[\d+\])(?: - (.*))?$/;

const roles: Readonly<Record<string, Role>> = { monitor: 'master', mold: 'helper', service: 'helper' };

/** pitchfork (Ruby), 0.18: a mold forks the workers, and the monitor handles the signals. Its floor is zero workers. */
export const pitchfork: ServerDefinition = {
  kind: 'pitchfork',
  label: 'pitchfork',
  configuredIn: '`worker_processes` of its `-c` file',
  category: 'app',
  environment: ['BUNDLE_GEMFILE', 'RACK_ENV', 'RAILS_ENV'],
  claim,
  configRequests: (facts) => workerProcessesRequest(facts, claim(facts)),
  configured: ({ head, claim: claimed }) => workerProcesses(head.facts, claimed, 'pitchfork'),
  scaling: { method: 'signal', floor: 0, trims: 'highest', number: workerNumber },
};

function claim({ argv }: ProcessFacts): Claim | null {
  const [, what, written] = title.exec(titleOf(argv) ?? '') ?? [];
  if (what !== undefined) {
    const role = roles[what] ?? 'worker';
    return { role, args: role === 'master' ? (written ?? '').split(' ').filter(Boolean) : null };
  }
  const { name, args } = programOf(argv);
  return name === 'pitchfork' ? { args } : null;
}
