import type { ProcessFacts } from '../snapshot.ts';
import { absolutePath, byDefault, fromFlag, fromLines, fromVariable } from './configured.ts';
import type { Claim, ConfiguredWorkers, Member, Role, ServerDefinition, ServerProcesses } from './definition.ts';
import { flag } from './flags.ts';
import { programOf, titleOf } from './program.ts';
import { catches } from './signals.ts';

/** puma/runner.rb and cluster/worker.rb: `puma 6.4.0 (tcp://0.0.0.0:9292) [tag]`, `puma: cluster worker 0: 123 [tag]`. */
const masterTitle = /^puma (\d\S*) \((.*?)\)(?: \[(.*)\])?$/;
const workerTitle = /^puma: cluster worker (\d+): (\d+)(?: \[(.*)\])?$/;

/** puma takes TTIN and TTOU in cluster mode only; a single one has the same title (cluster.rb, 2.7 to 8.0). */
export const puma: ServerDefinition = {
  kind: 'puma',
  label: 'puma',
  documented: { configured: '`-w`, `config/puma.rb`, `WEB_CONCURRENCY`', tested: 'live' },
  category: 'app',
  environment: ['WEB_CONCURRENCY', 'BUNDLE_GEMFILE', 'RACK_ENV', 'RAILS_ENV'],
  directoryFlags: ['--dir'],
  claim,
  role,
  settings(facts) {
    const path = configFile(facts);
    return path === null ? [] : [{ path, lines: /^\s*workers\b/ }];
  },
  bind: ({ head: { facts } }) => {
    const told = masterTitle.exec(titleOf(facts.argv) ?? '')?.[2] ?? '';
    return told.split(',').flatMap((address) => (address === '' ? [] : [address.replace(/^(tcp|unix|ssl):\/\//, '')]));
  },
  configured,
  scaling: { method: 'signal', floor: 1, victim: 'newest', refuse },
};

function claim({ argv }: ProcessFacts): Claim | null {
  const text = titleOf(argv);
  if (text !== null) {
    const [, version, , tag] = masterTitle.exec(text) ?? [];
    if (version !== undefined) return { args: null, version, ...(tag === undefined ? {} : { app: tag }) };
    const [, , master, app] = workerTitle.exec(text) ?? [];
    if (master === undefined) return null;
    return { role: 'worker', args: null, masterPid: Number(master), ...(app === undefined ? {} : { app }) };
  }
  const { name, args } = programOf(argv);
  return name === 'puma' ? { args } : null;
}

function role({ process, parent, children }: Member): Role {
  if (parent !== null) return 'worker';
  return children.length > 0 || catches(process.facts.caught, 'SIGTTIN') ? 'master' : 'single';
}

function configFile(facts: ProcessFacts): string | null {
  const given = flag(programOf(facts.argv).args, ['-C', '--config'])?.value;
  return absolutePath(facts, given ?? 'config/puma.rb');
}

function configured({ head: { facts }, claim: { args } }: ServerProcesses): ConfiguredWorkers {
  const told = flag(args ?? [], ['-w', '--workers']);
  if (told) return fromFlag(told);
  const path = configFile(facts);
  const file = path ?? '';
  return (
    fromLines(file, facts.settings[file], /^workers[\s(]+(\d+)\)?\s*(?:#.*)?$/) ??
    fromVariable(facts, 'WEB_CONCURRENCY') ??
    byDefault('puma', 0)
  );
}

function refuse({ head: { facts } }: ServerProcesses): string | null {
  if (catches(facts.caught, 'SIGTTIN')) return null;
  return 'puma runs in single mode, where TTIN would freeze it: start it in cluster mode with -w 2.';
}
