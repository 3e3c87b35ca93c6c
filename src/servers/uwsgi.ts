import type { ActivityRule, ProcessFacts, SelfReport, StatusRequest } from '../snapshot.ts';
import { baseName } from '../text/base-name.ts';
import type { Claim, ConfiguredWorkers, Member, Role, ServerDefinition, ServerProcesses } from './definition.ts';
import { absolutePath, fromFlag, fromLines, fromVariable } from './kit/configured.ts';
import { flag, flags, hasFlag } from './kit/flags.ts';
import { programOf } from './kit/program.ts';
import { catches } from './kit/signal-mask.ts';
import { countOf, memberOf } from './kit/untrusted-json.ts';

/** With --auto-procname (core/init.c, master.c): `uWSGI master`, `uWSGI worker 1`, with a prefix before it. */
const title = /^(?:(.*?) ?)?uWSGI (master|worker \d+|mule \d+|http \d+|https \d+|fastrouter \d+|spooler|Emperor)\s*$/;

const iniLines =
  /^\s*(?:workers|processes|cheaper|cheaper-algo|master-fifo|master|stats|stats-server|mules?|spooler|https?-router|fastrouter|module|wsgi-file|socket|http|http-socket|threads|gevent|async|asyncio)\s*=/;

/**
 * uWSGI, 2.0: TTIN and TTOU freeze its master. With `cheaper` it scales by its FIFO, `+` and `-`, of which the second has no floor
 * (core/fifo.c, master_utils.c).
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
  settings: (facts) => iniFiles(facts).map((path) => ({ path, lines: iniLines })),
  bind: (server) => ['http-socket', 'http', 'socket'].flatMap((name) => option(server, name) ?? []).slice(0, 1),
  configured,
  activity,
  statusProbe: { request, isFrom: (pid, answer) => memberOf(answer, 'pid') === pid, understand },
  scaling: {
    method: 'fifo',
    floor: 0,
    victim: 'oldest',
    refuse,
    most: (server) => {
      const { count, where } = configured(server);
      return count === null ? null : { count, by: where };
    },
    path: (server) => {
      const told = option(server, 'master-fifo');
      return told === null ? null : absolutePath(server.head.facts, told);
    },
  },
};

function claim({ argv }: ProcessFacts): Claim | null {
  // Where the environment is short it leaves the rest of its old arguments behind the title.
  const [, prefix, what] = title.exec(argv[0] ?? '') ?? [];
  if (what !== undefined) {
    const app = prefix ? { app: prefix } : {};
    if (what === 'master') return { role: 'master', args: null, ...app };
    return { role: what.startsWith('worker') ? 'worker' : 'helper', args: null, ...app };
  }
  const { interpreter, name, args } = programOf(argv);
  if (interpreter !== null || name === null || !/^uwsgi(?:-core|_python\d*)?$/.test(name)) return null;
  const module =
    flag(args, ['-w', '--module', '--wsgi', '--wsgi-file'])?.value ??
    args.find((arg) => /\.(?:ini|yaml|yml|xml|json)$/.test(arg));
  return module === undefined ? { args } : { args, app: baseName(module) };
}

/**
 * Without --auto-procname all have one argv, mules and spoolers too: its stats tell, else that workers handle USR2 and mules, spoolers and
 * the router of --http do not (core/uwsgi.c, 2.0.21). Without --master the first worker is the parent of the others.
 */
function role({ process, parent, children, claim: { args } }: Member): Role {
  if (parent !== null) {
    const { told } = parent.process;
    if (told?.workers && process.startTicks <= told.asOf)
      return told.workers.some(({ pid }) => pid === process.pid) ? 'worker' : 'helper';
    return parent.parent === null && catches(process.facts.caught, 'SIGUSR2') ? 'worker' : 'helper';
  }
  const isMaster = hasFlag(args ?? [], ['--master', '-M']) || flag(args ?? [], ['--ini']) !== null;
  return isMaster || children.length > 0 ? 'master' : 'single';
}

function iniFiles(facts: ProcessFacts): readonly string[] {
  const { args } = programOf(facts.argv);
  const named = [
    ...flags(args, ['--ini', '-i']).map(({ value }) => value),
    ...args.filter((arg) => /\.ini$/.test(arg)),
  ];
  return [...new Set(named)].flatMap((path) => absolutePath(facts, path.split(':', 1)[0] ?? path) ?? []);
}

/** An option's value, from the command line or its ini files. */
function option({ head: { facts }, claim: { args } }: ServerProcesses, name: string): string | null {
  return optionOf(facts, args, name);
}

function optionOf(facts: ProcessFacts, args: readonly string[] | null, name: string): string | null {
  const told = flag(args ?? [], [`--${name}`])?.value;
  if (told !== undefined) return told;
  for (const path of iniFiles(facts)) {
    for (const line of facts.settings[path] ?? []) {
      const [, key, value] = /^\s*([\w-]+)\s*=(.*)/.exec(line) ?? [];
      if (key === name && value !== undefined) return value.trim();
    }
  }
  return null;
}

function configured(server: ServerProcesses): ConfiguredWorkers {
  const { facts } = server.head;
  const told = flag(server.claim.args ?? [], ['-p', '--processes', '--workers']);
  if (told) return fromFlag(told);
  for (const path of iniFiles(facts)) {
    const lines = (facts.settings[path] ?? []).filter((line) => /^\s*(?:workers|processes)\s*=/.test(line));
    const found = fromLines(path, lines, /^(?:workers|processes)\s*=\s*(\d+)$/);
    if (found) return found;
  }
  const variable = fromVariable(facts, 'UWSGI_PROCESSES') ?? fromVariable(facts, 'UWSGI_WORKERS');
  return variable ?? { count: null, by: null, where: 'unknown: neither -p nor an ini file that could be read' };
}

/** Each thread accepts by itself. Before accept(2) they take turns where `thunder-lock` says so (core/lock.c). */
function activity(server: ServerProcesses): ActivityRule | null {
  if (['gevent', 'async', 'asyncio'].some((name) => option(server, name) !== null)) return null;
  const threads = Number(option(server, 'threads') ?? 1);
  if (threads === 1) return { by: 'process', takesTurns: true };
  return { by: 'threads', pool: () => true, size: Number.isInteger(threads) ? threads : null, acceptsEarly: false };
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
  const missing = [fifo === null ? 'master-fifo' : '', cheaper === null ? 'cheaper' : ''].filter(Boolean).join(' and ');
  return `${frozen} It can be scaled with master-fifo and cheaper set, of which ${missing} is missing; else set processes and reload it.`;
}

/** What has a process beside the workers, of the same command line. */
const besides = ['mule', 'mules', 'spooler', 'http', 'https', 'http-router', 'https-router', 'fastrouter'] as const;

/** To trim what is not counted for sure may be to end the last worker: `-` has no floor. */
function whyNotCounted(server: ServerProcesses): string | null {
  const { head, claim: claimed } = server;
  // Titles, or its stats, tell which is which.
  if (claimed.args === null || head.told?.workers) return null;
  const args = claimed.args;
  const found = besides.find((name) => hasFlag(args, [`--${name}`]) || option(server, name) !== null);
  if (found === undefined) return null;
  const told =
    option(server, 'stats') === null
      ? 'add stats, or auto-procname, to its configuration.'
      : 'its stats give no answer.';
  return `Its workers cannot be told from its ${found}, and the last one might be trimmed: ${told}`;
}

/** `--stats` gives JSON to whoever connects (core/stats.c): an address of the machine or a socket's path. */
function request(facts: ProcessFacts): StatusRequest | null {
  const { args } = programOf(facts.argv);
  const told = optionOf(facts, args, 'stats') ?? optionOf(facts, args, 'stats-server');
  if (told === null) return null;
  const [, host, port] = /^(.*):(\d+)$/.exec(told) ?? [];
  if (host === undefined) {
    const path = absolutePath(facts, told);
    return path === null ? null : { address: `unix:${path}`, commands: [] };
  }
  return { address: `tcp:${host === '' || host === '0.0.0.0' ? '127.0.0.1' : host}:${port}`, commands: [] };
}

/** Those that have a process and are not `cheap`: one that is has ended its last request and is about to go. */
function understand([stats]: readonly unknown[]): Omit<SelfReport, 'asOf'> | null {
  const workers = memberOf(stats, 'workers');
  if (!Array.isArray(workers)) return null;
  const running = workers.flatMap((worker: unknown) => {
    const [pid, state] = [countOf(memberOf(worker, 'pid')), memberOf(worker, 'status')];
    return pid !== null && pid > 0 && typeof state === 'string' && state !== 'cheap' ? [{ pid, state }] : [];
  });
  return { workers: running, configured: null };
}
