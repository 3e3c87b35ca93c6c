import type { ActivityRule } from '../probes.ts';
import type { ProcessFacts } from '../snapshot.ts';
import type { Claim, ConfiguredWorkers, Member, Role, ServerDefinition, ServerProcesses } from './definition.ts';
import { absolutePath, byDefault, fromFlag, fromLines, fromVariable, hiddenByTitle } from './kit/configured.ts';
import { flag, hasFlag, wholeNumber } from './kit/flags.ts';
import { upTo } from './kit/lines.ts';
import { programOf, titleOf } from './kit/program.ts';
import { rubyCode } from './kit/ruby-code.ts';
import { catches } from './kit/signal-mask.ts';

/**
 * puma/runner.rb and cluster/worker.rb set `puma 6.4.0 (tcp://0.0.0.0:9292) [tag]` and `puma: cluster worker 0: 123
 * [tag]`.
 */
const masterTitle = /^puma (\d\S*) \(([^)]*)\)(?: \[(.*)\])?$/;
const workerTitle = /^puma: cluster worker (\d+): (\d+)(?: \[(.*)\])?$/;

/** The kernel cuts names of thread_pool.rb `spawn_thread` to 15 bytes: `puma srv tp 001`, `puma threadpoo`. */
const poolThread = /^puma (?:srv tp|threadpoo)/;

const activity: ActivityRule = {
  by: 'threads',
  pool: (name) => poolThread.test(name),
  size: null,
  acceptsEarly: true,
  idleIn: 'place',
  isMixed: false,
};

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
    return configFiles(facts).map((path) => ({
      path,
      lines: /^\s*(?:workers\b|preload_app!|fork_worker\b|prune_bundler\b)/,
    }));
  },
  bind: ({ head: { facts } }) => {
    const given = masterTitle.exec(titleOf(facts.argv) ?? '')?.[2] ?? '';
    return given.split(',').flatMap((address) => (address === '' ? [] : [address.replace(/^(tcp|unix|ssl):\/\//, '')]));
  },
  configured,
  loads: (facts, args) => (sharesCode(facts, args) ? null : rubyCode),
  activity: () => activity,
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
  const lines = facts.configLines[file]?.filter((line) => /^\s*workers\b/.test(line));
  const found = fromLines(file, lines, /^workers[\s(]+(\d+)\)?\s*(?:#.*)?$/);
  if (found !== null) return { ...found, count: found.count ?? fetchedCount(lines?.at(-1) ?? '', facts) };
  const variable = fromVariable(facts, 'WEB_CONCURRENCY');
  if (variable) return variable;
  return args === null ? hiddenByTitle : byDefault('puma', 0, facts);
}

/**
 * Whether a new worker takes over code that was loaded before: from worker 0 with `fork_worker`, from the master with
 * `preload_app!`. That is the default of a cluster since 5.0, unless its bundle is pruned (configuration.rb `load`).
 */
function sharesCode(facts: ProcessFacts, args: readonly string[] | null): boolean {
  const lines = linesOf(facts);
  const last = (name: string) => lines.findLast((line) => line.trimStart().startsWith(name));
  const isSet = (name: string, switches: readonly string[]) =>
    last(name) === undefined ? hasFlag(args ?? [], switches) : !/[\s(](?:false|nil)\b/.test(last(name) ?? '');
  if (isSet('fork_worker', ['--fork-worker'])) return true;
  if (last('preload_app!') !== undefined || hasFlag(args ?? [], ['--preload'])) {
    return isSet('preload_app!', ['--preload']);
  }
  const major = Number(/^puma (\d+)/.exec(titleOf(facts.argv) ?? '')?.[1] ?? Number.NaN);
  return !(major < 5) && !isSet('prune_bundler', ['--prune-bundler']);
}

function linesOf(facts: ProcessFacts): readonly string[] {
  const file = configFiles(facts).find((path) => facts.configLines[path] !== undefined);
  return file === undefined ? [] : (facts.configLines[file] ?? []);
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
