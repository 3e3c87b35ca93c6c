import type { ProcessFacts } from '../snapshot.ts';
import type { Claim, ConfiguredWorkers, Member, Role, ServerDefinition, ServerProcesses } from './definition.ts';
import { absolutePath, byDefault, fromFlag, fromLines, fromVariable, hiddenByTitle } from './kit/configured.ts';
import { flag, wholeNumber } from './kit/flags.ts';
import { upTo } from './kit/lines.ts';
import { programOf, titleOf } from './kit/program.ts';
import { catches } from './kit/signal-mask.ts';

/**
 * puma/runner.rb and cluster/worker.rb set `puma 6.4.0 (tcp://0.0.0.0:9292) [tag]` and `puma: cluster worker 0: 123
 * [tag]`.
 */
const masterTitle = /^puma (\d\S*) \(([^)]*)\)(?: \[(.*)\])?$/;
const workerTitle = /^puma: cluster worker (\d+): (\d+)(?: \[(.*)\])?$/;

/** The kernel cuts names of thread_pool.rb `spawn_thread` to 15 bytes: `puma srv tp 001`, `puma threadpoo`. */
const poolThread = /^puma (?:srv tp|threadpoo)/;

/** puma handles TTIN and TTOU in cluster mode only. A single puma has the same title (cluster.rb, 2.7 to 8.0). */
export const puma: ServerDefinition = {
  kind: 'puma',
  label: 'puma',
  configuredIn: '`-w`, `config/puma.rb`, `WEB_CONCURRENCY`',
  category: 'app',
  environment: ['WEB_CONCURRENCY', 'BUNDLE_GEMFILE', 'APP_ENV', 'RACK_ENV', 'RAILS_ENV'],
  directoryFlags: ['--dir'],
  claim,
  role,
  configRequests(facts) {
    return configFiles(facts).map((path) => ({ path, lines: /^\s*workers\b/ }));
  },
  bind: ({ head: { facts } }) => {
    const given = masterTitle.exec(titleOf(facts.argv) ?? '')?.[2] ?? '';
    return given.split(',').flatMap((address) => (address === '' ? [] : [address.replace(/^(tcp|unix|ssl):\/\//, '')]));
  },
  configured,
  activity: () => ({
    by: 'threads',
    pool: (name) => poolThread.test(name),
    size: null,
    acceptsEarly: true,
    idleIn: 'place',
    isMixed: false,
  }),
  scaling: { method: 'signal', floor: 1, trims: 'newest', refuse },
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

/** The file of -C, else the files that puma looks for, the first of which counts (configuration.rb `config_files`). */
function configFiles(facts: ProcessFacts): readonly string[] {
  const given = flag(programOf(facts.argv).args, ['-C', '--config'])?.value;
  const { APP_ENV, RACK_ENV, RAILS_ENV } = facts.environment;
  const usual = [`config/puma/${APP_ENV ?? RACK_ENV ?? RAILS_ENV ?? 'development'}.rb`, 'config/puma.rb'];
  return (given === undefined ? usual : [given]).flatMap((path) => absolutePath(facts, path) ?? []);
}

function configured({ head: { facts }, claim: { args } }: ServerProcesses): ConfiguredWorkers {
  const given = flag(args ?? [], ['-w', '--workers']);
  if (given) return fromFlag(given);
  const file = configFiles(facts).find((path) => facts.configLines[path] !== undefined) ?? '';
  const lines = facts.configLines[file];
  const found = fromLines(file, lines, /^workers[\s(]+(\d+)\)?\s*(?:#.*)?$/);
  if (found !== null) return { ...found, count: found.count ?? fetchedCount(lines?.at(-1) ?? '', facts) };
  const variable = fromVariable(facts, 'WEB_CONCURRENCY');
  if (variable) return variable;
  return args === null ? hiddenByTitle : byDefault('puma', 0, facts);
}

/** The number in `workers ENV.fetch("WEB_CONCURRENCY") { 2 }`, as Rails writes it: the variable, else its default. */
function fetchedCount(line: string, { environment }: ProcessFacts): number | null {
  const plain = upTo(line, '#').replace(/[()"',{}]|\bInteger\b|\.to_i\b/g, ' ');
  const [workers, fetch, variable, preset = '', ...more] = plain.trim().split(/\s+/);
  const isFetch = workers === 'workers' && fetch === 'ENV.fetch' && variable === 'WEB_CONCURRENCY' && more.length === 0;
  return isFetch ? wholeNumber(environment['WEB_CONCURRENCY'] ?? preset) : null;
}

function refuse({ head: { facts } }: ServerProcesses): string | null {
  if (catches(facts.caught, 'SIGTTIN')) return null;
  return 'puma runs in single mode, where TTIN would freeze it: start it in cluster mode with -w 2.';
}
