import type { ActivityRule, StatusRequest } from '../probes.ts';
import type { ProcessFacts, SelfReport } from '../snapshot.ts';
import { baseName } from '../text/base-name.ts';
import type { Claim, ConfiguredWorkers, Member, Role, ServerDefinition, ServerProcesses } from './definition.ts';
import { absolutePath, byDefault, fromVariable, hiddenByTitle } from './kit/configured.ts';
import { hasFlag, wholeNumber } from './kit/flags.ts';
import { programOf } from './kit/program.ts';
import { catches } from './kit/signal-mask.ts';
import { countOf, memberOf } from './kit/untrusted-json.ts';
import { isAllRead, lastOption, uwsgiConfigRequests } from './kit/uwsgi-options.ts';

/** With --auto-procname (core/init.c, master.c): `uWSGI master`, `uWSGI worker 1`, with a prefix before it. */
const title = /^(?:(.*?) ?)?uWSGI (master|worker \d+|mule \d+|http \d+|https \d+|fastrouter \d+|spooler|Emperor)\s*$/;

/**
 * uWSGI 2.0: TTIN and TTOU freeze its master. With `cheaper` it scales by `+` and `-` in its FIFO. `-` has no lower
 * bound (core/fifo.c, master_utils.c).
 */
export const uwsgi: ServerDefinition = {
  kind: 'uwsgi',
  label: 'uWSGI',
  category: 'app',
  configuredIn: '`-p`, its ini file, `UWSGI_PROCESSES`',
  environment: ['UWSGI_PROCESSES', 'UWSGI_WORKERS'],
  directoryFlags: ['--chdir'],
  distribution: 'uwsgi',
  claim,
  role,
  worksWithoutMaster: true,
  configRequests: uwsgiConfigRequests,
  virtualenv: (facts) => {
    const given = lastOption(facts, programOf(facts.argv).args, 'home');
    return given === null ? null : absolutePath(facts, given.value);
  },
  bind: (server) => ['http-socket', 'http', 'socket'].flatMap((name) => option(server, name) ?? []).slice(0, 1),
  configured,
  loads: (facts) => (isLazy(facts) ? /\.(?:py|psgi|pm|rb|ru)$/ : null),
  activity,
  statusProbe: { request, isFrom: (pid, answer) => memberOf(answer, 'pid') === pid, understand },
  most: (server) => {
    const { count, where } = configured(server);
    return count === null ? null : { count, by: where };
  },
  scaling: {
    method: 'fifo',
    floor: 0,
    trims: 'oldest',
    refuse,
    path: (server) => {
      const given = option(server, 'master-fifo');
      return given === null ? null : absolutePath(server.head.facts, given);
    },
  },
};

function claim(facts: ProcessFacts): Claim | null {
  const { argv } = facts;
  // If the environment is short, the rest of the old arguments stays behind the title.
  const [, prefix, what] = title.exec(argv[0] ?? '') ?? [];
  if (what !== undefined) {
    const named = prefix?.replace(/^\[(.*)\]$/, '$1');
    const app = named ? { app: named } : {};
    if (what === 'master') return { role: 'master', args: null, ...app };
    return { role: what.startsWith('worker') ? 'worker' : 'helper', args: null, ...app };
  }
  const { interpreter, name, args } = programOf(argv);
  if (interpreter !== null || name === null || !/^uwsgi(?:-core|_python\d*)?$/.test(name)) return null;
  const module =
    (lastOption(facts, args, 'module') ?? lastOption(facts, args, 'wsgi-file'))?.value ??
    args.findLast((arg) => /\.(?:ini|yaml|yml|xml|json)$/.test(arg));
  return module === undefined ? { args } : { args, app: baseName(module) };
}

/**
 * Without --auto-procname all processes have one argv, also mules and spoolers. The stats server distinguishes them;
 * otherwise workers handle USR2, and mules, spoolers and the router of --http do not (core/uwsgi.c, 2.0.21). Without
 * --master the first worker is the parent of the others.
 */
function role({ process, parent, children, claim: { args } }: Member): Role {
  if (parent !== null) {
    const { selfReport } = parent.process;
    if (selfReport?.workers && process.startTicks <= selfReport.asOf)
      return selfReport.workers.some(({ pid }) => pid === process.pid) ? 'worker' : 'helper';
    return parent.parent === null && catches(process.facts.caught, 'SIGUSR2') ? 'worker' : 'helper';
  }
  const { facts } = process;
  const given = lastOption(facts, args, 'master');
  if (given !== null && given.value !== 'false' && given.value !== '0') return 'master';
  if (!isAllRead(facts, args)) return args === null || children.length > 0 || hasIni(args) ? 'master' : 'single';
  return children.length > 0 ? 'worker' : 'single';
}

function hasIni(args: readonly string[]): boolean {
  return args.some((arg) => /\.ini(?::\w+)?$/.test(arg));
}

/** Whether each worker loads the app, instead of taking over what the master has loaded (core/uwsgi.c, 2.0.21). */
function isLazy(facts: ProcessFacts): boolean {
  const { args } = programOf(facts.argv);
  return ['lazy-apps', 'lazy'].some((name) => /^(?:true|1)$/.test(lastOption(facts, args, name)?.value ?? ''));
}

/** An option's value, from the command line or its ini files. */
function option({ head: { facts }, claim: { args } }: ServerProcesses, name: string): string | null {
  return lastOption(facts, args, name)?.value ?? null;
}

function configured({ head: { facts }, claim: { args } }: ServerProcesses): ConfiguredWorkers {
  const given = lastOption(facts, args, 'processes');
  if (given !== null) return { count: wholeNumber(given.value), by: given.by, where: given.where };
  if (args === null) return hiddenByTitle;
  const variable = fromVariable(facts, 'UWSGI_PROCESSES') ?? fromVariable(facts, 'UWSGI_WORKERS');
  if (variable !== null) return variable;
  if (isAllRead(facts, args)) return byDefault('uWSGI', 1, facts);
  return { count: null, by: null, where: 'unknown: neither -p nor an ini file that could be read' };
}

/**
 * Each thread accepts connections itself. The threads of a worker take turns by a mutex; with `thunder-lock` so do
 * workers (core/lock.c, uwsgi.h `thunder_lock`).
 */
function activity(server: ServerProcesses): ActivityRule | null {
  if (['gevent', 'async', 'asyncio'].some((name) => option(server, name) !== null)) return null;
  const threads = Number(option(server, 'threads') ?? 1);
  if (threads === 1) return { by: 'process', takesTurns: true };
  const size = Number.isInteger(threads) ? threads : null;
  return { by: 'threads', pool: everyThread, size, acceptsEarly: false, idleIn: 'mutex', isMixed: true };
}

function everyThread(): boolean {
  return true;
}

function refuse(server: ServerProcesses): string | null {
  const frozen = 'uWSGI takes no TTIN or TTOU: they would freeze its master.';
  const fifo = option(server, 'master-fifo');
  const cheaper = option(server, 'cheaper');
  const algorithm = option(server, 'cheaper-algo') ?? 'spare';
  if (fifo !== null && cheaper !== null && algorithm !== 'manual') {
    return `Its cheaper algorithm, ${algorithm}, brings the number of workers back by itself within seconds: set cheaper-algo = manual to do it by hand, or another cheaper or processes, and reload it.`;
  }
  if (fifo !== null && cheaper !== null) return whyNotCounted(server);
  if (server.claim.args === null) {
    return `${frozen} Its title hides its command line, so workertop cannot see whether master-fifo and cheaper are set, which scaling needs. Set processes and reload it.`;
  }
  const missing = [
    ...(fifo === null ? ['master-fifo'] : []),
    ...(cheaper === null ? ['cheaper'] : []),
    ...(algorithm === 'manual' ? [] : ['cheaper-algo = manual']),
  ];
  return `${frozen} To scale it, set ${new Intl.ListFormat('en').format(missing)}; else set processes and reload it.`;
}

/** Options that add a process with the workers' command line. */
const otherProcesses = [
  'mule',
  'mules',
  'spooler',
  'http',
  'https',
  'http-router',
  'https-router',
  'fastrouter',
] as const;

/**
 * Why its workers cannot be counted for sure; null if they can. `-` has no lower bound, so a wrong count could end the
 * last worker.
 */
function whyNotCounted(server: ServerProcesses): string | null {
  const { head, claim: claimed } = server;
  // Titles or stats distinguish workers.
  if (claimed.args === null || head.selfReport?.workers) return null;
  const args = claimed.args;
  const other = otherProcesses.find((name) => hasFlag(args, [`--${name}`]) || option(server, name) !== null);
  if (other === undefined) return null;
  const given =
    option(server, 'stats') === null
      ? 'add stats, or auto-procname, to its configuration.'
      : 'its stats give no answer.';
  return `workertop cannot tell its workers from its ${other}, and might trim the last one: ${given}`;
}

/** `--stats` gives JSON to whoever connects (core/stats.c): an address of the machine or a socket's path. */
function request(facts: ProcessFacts): StatusRequest | null {
  const { args } = programOf(facts.argv);
  const given = lastOption(facts, args, 'stats')?.value ?? null;
  if (given === null) return null;
  const [, host, port] = /^(.*):(\d+)$/.exec(given) ?? [];
  if (host === undefined) {
    const path = absolutePath(facts, given);
    return path === null ? null : { address: `unix:${path}`, commands: [] };
  }
  return { address: `tcp:${host === '' || host === '0.0.0.0' ? '127.0.0.1' : host}:${port}`, commands: [] };
}

/** The workers with a process that are not `cheap`: a cheap one has ended its last request and is about to end. */
function understand([stats]: readonly unknown[]): Omit<SelfReport, 'asOf'> | null {
  const workers = memberOf(stats, 'workers');
  if (!Array.isArray(workers)) return null;
  const running = workers.flatMap((worker: unknown) => {
    const [pid, state] = [countOf(memberOf(worker, 'pid')), memberOf(worker, 'status')];
    return pid !== null && pid > 0 && typeof state === 'string' && state !== 'cheap' ? [{ pid, state }] : [];
  });
  return { workers: running, configured: null };
}
