import type { ProcessFacts } from '../snapshot.ts';
import type {
  Claim,
  ConfiguredWorkers,
  ControlCommand,
  Member,
  Pool,
  Role,
  ServerDefinition,
  ServerProcesses,
} from './definition.ts';
import { djangoCommand } from './kit/django-command.ts';
import { flag, hasFlag, positionals, splitWords, wholeNumber } from './kit/flags.ts';
import { programOf, titleOf } from './kit/program.ts';
import { catches } from './kit/signal-mask.ts';

/** celery/platforms.py: `[celeryd: NODE:PROCESS] -STATE- (ARGUMENTS)`. */
const title = /^\[celeryd: ([^\]]+):(MainProcess|(?:Fork)?PoolWorker-\d+|Beat)\](?: -\S+- \((.*)\))?$/;

/** The beat that `celery worker -B` forks; a beat of its own adds its arguments. */
const embeddedBeat = '[celery beat]';

/** Flags without a value of `celery` and `celery worker` (celery/bin). */
const switches = new Set([
  '-C',
  '--no-color',
  '-q',
  '--quiet',
  '--version',
  '--skip-checks',
  '-B',
  '--beat',
  '-D',
  '--detach',
  '-E',
  '--task-events',
  '--events',
  '--purge',
  '--discard',
  '--without-gossip',
  '--without-mingle',
  '--without-heartbeat',
  '--disable-prefetch',
]);

/** The file from which Debian's init script and celery's example unit take their options. */
const DEFAULTS = '/etc/default/celeryd';

/**
 * Variables that apps read settings from (https://12factor.net/config). celery imports the app before it knows its
 * broker.
 */
const variables = [
  'DJANGO_*',
  'CELERY_*',
  'APP_*',
  'DEBUG',
  '*URL',
  '*URI',
  '*DSN',
  '*HOST',
  '*HOSTS',
  '*PORT',
  '*USER',
  '*PASSWORD',
  '*NAME',
  '*SECRET',
  '*KEY',
  '*TOKEN',
  '*ENV',
  '*SETTINGS',
];

/** Pools that run their tasks in one process. */
const singlePools = new Set(['solo', 'threads', 'gevent', 'eventlet']);

/** A celery worker node (https://docs.celeryq.dev), as in celery 5.2 to 5.6 and billiard. */
export const celery: ServerDefinition = {
  kind: 'celery',
  label: 'celery',
  configuredIn: '`-c`, `CELERY_WORKER_CONCURRENCY`',
  category: 'app',
  environment: ['CELERY_APP', 'APP', 'CELERY_WORKER_CONCURRENCY'],
  directoryFlags: ['--workdir'],
  distribution: 'celery',
  recycling: '--max-memory-per-child KIB',
  schedulerOption: '-B',
  configRequests: () => [{ path: DEFAULTS, lines: /^\s*CELERYD_OPTS=/ }],
  claim,
  claimChild: ({ caught, ignored }) => (isPoolChild(caught, ignored) ? { args: null } : null),
  role,
  remark,
  names,
  pools,
  configured,
  activity: ({ claim: { args } }) => (pool(args ?? []) === 'prefork' ? { by: 'tasks', takesTurns: true } : null),
  scaling: { method: 'command', floor: 1, trims: 'oldest', refuse, command },
};

function claim(facts: ProcessFacts): Claim | null {
  const text = titleOf(facts.argv);
  if (text === embeddedBeat) return { role: 'scheduler', args: null };
  const entitled = title.exec(text ?? '');
  if (entitled) {
    const [, , process, written] = entitled;
    if (process === 'Beat') return { role: 'scheduler', args: null };
    if (process !== 'MainProcess') return { role: 'worker', args: null };
    // A pool's child has this title until it sets its own: its parent decides the role.
    return written === undefined ? { args: null } : withApp(written.split(' '), facts);
  }
  const args = celeryArgs(facts, 'worker');
  return args && withApp(args, facts);
}

/**
 * All arguments of a celery command; null if argv runs another one. Forms: `celery -A x worker`, `python -m celery …`,
 * and the old `manage.py celery …`.
 */
export function celeryArgs(facts: ProcessFacts, command: 'worker' | 'beat'): readonly string[] | null {
  const { name, args } = programOf(facts.argv);
  if (name === (command === 'worker' ? 'celeryd' : 'celerybeat')) return args;
  const old = djangoCommand(facts, command === 'worker' ? 'celeryd' : 'celerybeat');
  if (old !== null) return old;
  const own = name === 'manage.py' && args[0] === 'celery' ? args.slice(1) : args;
  if (name !== 'celery' && name !== 'celery.__main__' && own === args) return null;
  return positionals(own, switches)[0] === command ? own : null;
}

/** Claims a celery process by its arguments, with the app from `-A` or the environment. */
export function withApp(args: readonly string[], { environment }: ProcessFacts): Claim {
  const app = flag(args, ['-A', '--app'])?.value ?? environment['CELERY_APP'] ?? environment['APP'];
  return app === undefined ? { args } : { args, app };
}

/** Whether the mask is that of billiard's pool children: they reset HUP, ignore INT and keep USR2. */
function isPoolChild(caught: number | null, ignored: number | null): boolean {
  return catches(caught, 'SIGUSR2') && !catches(caught, 'SIGHUP') && catches(ignored, 'SIGINT');
}

/** Without setproctitle, the main process, its pool and the beat of `-B` have the same argv, and different masks. */
function role({ process, parent, claim, children }: Member): Role {
  const args = claim.args ?? [];
  if (parent === null) {
    // A pool child whose main process has died: billiard's children give up HUP and keep USR2.
    const { caught } = process.facts;
    if (catches(caught, 'SIGUSR2') && !catches(caught, 'SIGHUP')) return 'worker';
    return children.length === 0 && singlePools.has(pool(args)) ? 'single' : 'master';
  }
  if (parent.parent !== null) return 'helper';
  const { caught } = process.facts;
  const beat = hasFlag(args, ['-B', '--beat']) && catches(caught, 'SIGINT') && catches(caught, 'SIGUSR2');
  return beat ? 'scheduler' : 'worker';
}

function pool(args: readonly string[]): string {
  return flag(args, ['-P', '--pool'])?.value ?? 'prefork';
}

function configured({ head: { facts }, claim: { args } }: ServerProcesses): ConfiguredWorkers {
  const argument = flag(args ?? [], ['-c', '--concurrency']);
  if (argument) {
    const written = argument.name === '-c' ? `-c ${argument.value}` : `--concurrency=${argument.value}`;
    const place = isFromDefaults(facts, args ?? [], written) ? `in CELERYD_OPTS of ${DEFAULTS}` : 'on the command line';
    return {
      count: wholeNumber(argument.value),
      by: { type: 'flag', name: argument.name },
      where: `${written} ${place}`,
    };
  }
  const range = flag(args ?? [], ['--autoscale']);
  if (range)
    return {
      count: null,
      by: { type: 'flag', name: '--autoscale' },
      where: `--autoscale=${range.value} on the command line`,
    };
  const variable = facts.environment['CELERY_WORKER_CONCURRENCY'];
  if (variable !== undefined) {
    const where = `CELERY_WORKER_CONCURRENCY=${variable} in the environment`;
    return { count: wholeNumber(variable), by: { type: 'variable', name: 'CELERY_WORKER_CONCURRENCY' }, where };
  }
  if (args === null) return { count: null, by: null, where: 'unknown: the process title hides the command line' };
  return { count: null, by: null, where: "unknown: the app's worker_concurrency, else one for each core" };
}

/** Whether the option comes from DEFAULTS: `celery multi` gives its nodes a --pidfile, and the options of that file. */
function isFromDefaults({ configLines }: ProcessFacts, args: readonly string[], written: string): boolean {
  const line = configLines[DEFAULTS]?.at(-1);
  if (line === undefined || flag(args, ['--pidfile']) === null) return false;
  const options = splitWords(line.slice(line.indexOf('=') + 1)).join(' ');
  return ` ${options} `.includes(` ${written} `);
}

/** TTIN and TTOU would freeze it. It scales by its remote control (celery/worker/control.py), not in all pools. */
function refuse({ head, claim }: ServerProcesses): string | null {
  const args = claim.args ?? [];
  const frozen = 'celery takes no TTIN or TTOU: it would freeze.';
  if (singlePools.has(pool(args))) {
    return `${frozen} Its ${pool(args)} pool cannot change its size while it runs: restart it with another -c, or start another node.`;
  }
  if (flag(args, ['--autoscale'])) {
    const control = `celery -A ${claim.app ?? 'APP'} control -d ${node(head.facts, args)}`;
    return `${frozen} It scales by itself. Use: ${control} autoscale MAX MIN`;
  }
  if (claim.app === undefined)
    return `${frozen} workertop does not know its app. Use: celery -A APP control pool_grow 1, or pool_shrink 1`;
  if (programPath(head.facts) === null) {
    return `${frozen} The path of its program is only a guess. Use: celery -A ${claim.app} control pool_grow 1, or pool_shrink 1`;
  }
  return null;
}

/** `celery -A app control -d node pool_grow 1`. Shrinking ends idle workers only (billiard/pool.py). */
function command({ head: { facts }, claim }: ServerProcesses, direction: 1 | -1): ControlCommand | null {
  const program = programPath(facts);
  if (claim.app === undefined || program === null) return null;
  const args = claim.args ?? [];
  const kept = ['-b', '--broker', '--workdir'].flatMap((name) => {
    const given = flag(args, [name]);
    return given === null ? [] : [given.name, given.value];
  });
  const workdir = flag(args, ['--workdir'])?.value;
  const control = ['control', '--timeout', '5', '-d', node(facts, args)];
  const change = [direction === 1 ? 'pool_grow' : 'pool_shrink', '1'];
  return {
    program,
    args: ['-A', claim.app, ...kept, ...control, ...change],
    variables,
    directories: workdir === undefined ? [] : [workdir],
  };
}

/** The script that started it, or its virtualenv's if a title hides that; null if the virtualenv is a guess. */
function programPath({ argv, virtualenv }: ProcessFacts): string | null {
  const { script } = programOf(argv);
  if (script !== null && /\/celery$/.test(script) && script.startsWith('/')) return script;
  if (virtualenv?.evidence === 'guess') return null;
  return virtualenv === null ? 'celery' : `${virtualenv.path}/bin/celery`;
}

/** What distinguishes its nodes: a name of their own, their queues, a pool other than prefork. */
function remark({ head: { facts }, claim: { args } }: ServerProcesses): string | null {
  const name = node(facts, args ?? []);
  const named = name.startsWith('celery@') ? null : name.replace(/@%h$/, '');
  const queueNames = queues(args);
  const kind = pool(args ?? []);
  const parts = [
    named,
    queueNames.length === 0 ? null : `queues ${queueNames.join(',')}`,
    kind === 'prefork' ? null : kind,
  ];
  const present = parts.filter((part) => part !== null);
  return present.length === 0 ? null : present.join(', ');
}

/** The queues that a node takes tasks from; empty if the app's settings name them. */
function queues(args: readonly string[] | null): readonly string[] {
  const given = flag(args ?? [], ['-Q', '--queues'])?.value ?? '';
  return given.split(',').filter((name) => name !== '');
}

function names({ head: { facts }, claim: { args } }: ServerProcesses): readonly string[] {
  return [node(facts, args ?? []).split('@', 1)[0] ?? '', ...queues(args)];
}

/** All of a node's workers take tasks of all of its queues. */
function pools(server: ServerProcesses): readonly Pool[] {
  const queueNames = queues(server.claim.args);
  if (queueNames.length === 0) return [];
  return [{ name: queueNames.join(','), pids: server.workers.map(({ pid }) => pid), configured: configured(server) }];
}

/** The node's name: from the title, else from `-n`. celery writes `%h` for the machine's name. */
function node(facts: ProcessFacts, args: readonly string[]): string {
  const entitled = title.exec(titleOf(facts.argv) ?? '')?.[1];
  if (entitled !== undefined) return entitled;
  const name = flag(args, ['-n', '--hostname'])?.value ?? 'celery';
  return name.includes('@') ? name : `${name}@%h`;
}
