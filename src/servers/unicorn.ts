import type { ProcessFacts } from '../snapshot.ts';
import type { Claim, ServerDefinition } from './definition.ts';
import { hiddenByTitle } from './kit/configured.ts';
import { flag } from './kit/flags.ts';
import { programOf, titleOf } from './kit/program.ts';
import { rubyCode } from './kit/ruby-code.ts';
import { preloadsApp, workerNumber, workerProcesses, workerProcessesRequest } from './kit/worker-processes.ts';

/** unicorn/http_server.rb `proc_name`: its arguments follow the role. */
const title = /^unicorn(?:_rails)? (master|worker\[\d+\])(?: \(old\))?(?: (.*))?$/;

/** unicorn (Ruby), 6.1. TTOU goes down to zero workers, which is an outage. */
export const unicorn: ServerDefinition = {
  kind: 'unicorn',
  label: 'unicorn',
  configuredIn: '`worker_processes` of its `-c` file',
  category: 'app',
  environment: ['BUNDLE_GEMFILE', 'RACK_ENV', 'RAILS_ENV'],
  claim,
  // A master re-executed by USR2 is a child of the old one, and its title says master.
  role: ({ parent }) => (parent === null ? 'master' : 'worker'),
  configRequests: (facts) => workerProcessesRequest(facts, claim(facts)),
  bind: ({ claim: { args } }) => {
    const given = flag(args ?? [], ['-l', '--listen'])?.value;
    return given === undefined ? [] : [given];
  },
  configured: ({ head, claim: claimed }) =>
    claimed.args === null ? hiddenByTitle : workerProcesses(head.facts, claimed, 'unicorn'),
  remark: ({ head }) => (/ \(old\)(?: |$)/.test(titleOf(head.facts.argv) ?? '') ? 'being replaced, after USR2' : null),
  // http_server.rb `init_worker_process` builds the app in each worker, unless preload_app is true.
  loads: (facts, args) => (preloadsApp(facts, { args }) ? null : rubyCode),
  activity: () => ({ by: 'process', oneRequestEach: true }),
  scaling: { method: 'signal', floor: 0, trims: 'highest', number: workerNumber },
};

function claim({ argv }: ProcessFacts): Claim | null {
  const [, what, written] = title.exec(titleOf(argv) ?? '') ?? [];
  if (what !== undefined) {
    return { role: what === 'master' ? 'master' : 'worker', args: (written ?? '').split(' ').filter(Boolean) };
  }
  const { name, args } = programOf(argv);
  return name === 'unicorn' || name === 'unicorn_rails' ? { args } : null;
}
