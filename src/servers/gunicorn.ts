import type { StatusProbe } from '../probes.ts';
import type { ProcessFacts } from '../snapshot.ts';
import type { Claim, ConfiguredWorkers, Member, Role, ServerDefinition, ServerProcesses } from './definition.ts';
import { absolutePath } from './kit/configured.ts';
import { djangoCommand } from './kit/django-command.ts';
import { flag, flags, positionals } from './kit/flags.ts';
import {
  configuredIn,
  environmentArgs,
  gunicornSettings,
  isPreloaded,
  type WorkerSetting,
  workerActivity,
} from './kit/gunicorn-config.ts';
import { programOf, titleOf } from './kit/program.ts';
import { catches } from './kit/signal-mask.ts';
import { countOf, memberOf } from './kit/untrusted-json.ts';

/** Hooks of the app may have put text before the title, or after it. */
const title = /^(?:\[[^\]]*\] )?gunicorn: (master|worker)(?: \[([\s\S]+)\][^\]]*)?$/;

/** The end of the name of a master that USR2 has started (gunicorn/arbiter.py). */
const upgradeSuffix = /\.2$/;

const workers: WorkerSetting = {
  flags: ['-w', '--workers'],
  line: /^\s*workers\s*=/,
  plain: /^workers\s*=\s*(\d+)\s*(?:#.*)?$/,
  variable: 'WEB_CONCURRENCY',
};

/**
 * Since 25.1 the master listens for commands here by default, never for the web (gunicorn/ctl). In 25.1.0 the path is
 * relative.
 */
const controlSocket = /^unix:(.+\.ctl)$/;

const statusProbe: StatusProbe = {
  // All of a user's gunicorns share one path, and the last one owns it. Only the master's own socket is asked.
  request: (facts, listeners) => {
    const [path] = listeners.flatMap(({ address }) => controlSocket.exec(address)?.[1] ?? []);
    const absolute = path === undefined ? null : absolutePath(facts, path);
    return absolute === null ? null : { address: `unix:${absolute}`, commands: ['show stats', 'show config'] };
  },
  isFrom: (pid, answer) => memberOf(answer, 'pid') === pid,
  understand: ([, config]) => {
    const configured = countOf(memberOf(config, 'workers'));
    return configured === null ? null : { workers: null, configured };
  },
};

/** Code of the app. The master alone reads gunicorn's own configuration. */
export const modules = /^(?!gunicorn[\w.-]*$).*\.py$/;

const programs = new Set(['gunicorn', 'gunicorn3', 'gunicorn_django', 'gunicorn_paster', 'gunicorn.app.wsgiapp']);

/** Flags without a value (gunicorn/config.py). */
const switches = new Set([
  '--reload',
  '--spew',
  '--check-config',
  '--print-config',
  '--preload',
  '--no-sendfile',
  '--reuse-port',
  '--daemon',
  '-D',
  '--initgroups',
  '--capture-output',
  '--log-syslog',
  '--disable-redirect-access-to-syslog',
  '--enable-stdio-inheritance',
  '-R',
  '--suppress-ragged-eofs',
  '--do-handshake-on-connect',
  '--no-control-socket',
]);

/** gunicorn (https://gunicorn.org) 19.9 to 26.1: signals, titles and precedence follow arbiter.py and app/base.py. */
export const gunicorn: ServerDefinition = {
  kind: 'gunicorn',
  label: 'gunicorn',
  configuredIn: '`-w`, `GUNICORN_CMD_ARGS`, `gunicorn.conf.py`, `WEB_CONCURRENCY`',
  category: 'app',
  environment: ['GUNICORN_CMD_ARGS', 'GUNICORN_PID', 'WEB_CONCURRENCY', 'PWD'],
  directoryFlags: ['--chdir', '--pythonpath'],
  distribution: 'gunicorn',
  recycling: '--max-requests 1000',
  preloading: '--preload',
  claim,
  claimLast,
  claimChild: (facts) => (hasWorkersMask(facts) ? { args: null } : null),
  role,
  configRequests(facts) {
    const claimed = claim(facts);
    return claimed === null ? [] : gunicornSettings(facts, claimed.args);
  },
  bind: (server) => {
    const given = flags([...environmentArgs(server.head.facts), ...(server.claim.args ?? [])], ['-b', '--bind']);
    return given.map((use) => use.value);
  },
  loads: (facts, args) => (isPreloaded(facts, args) ? null : modules),
  isControl: (address) => controlSocket.test(address),
  configured: (server) =>
    withReported(configuredIn(server, workers), server.head.selfReport?.configured ?? null, server.claim.args === null),
  statusProbe,
  remark: ({ head }) => (isUpgradeOf(head.facts, head.ppid) ? `started by USR2, beside ${head.ppid}` : null),
  activity: workerActivity,
  scaling: {
    method: 'signal',
    floor: 1,
    trims: 'oldest',
    // arbiter.py raises HaltServer on the exit code WORKER_BOOT_ERROR.
    whenBootFails: 'gunicorn ends itself when a new worker fails to boot',
    refuse,
  },
};

function claim(facts: ProcessFacts): Claim | null {
  const entitled = title.exec(titleOf(facts.argv) ?? '');
  if (entitled) {
    const [, what, name] = entitled;
    const app = name?.replace(upgradeSuffix, '');
    const named = app === undefined || app === 'gunicorn' ? { args: null } : { args: null, app };
    // A worker has its master's title until it sets its own: its parent decides.
    return what === 'master' ? named : { ...named, role: 'worker' };
  }
  return untitled(facts);
}

/**
 * Claims a program that embeds gunicorn (BaseApplication), such as Pyramid's pserve or a command of the project. Its
 * master handles gunicorn's signals, and gunicorn is installed (arbiter.py, 19.9 to 26.1).
 */
function claimLast(facts: ProcessFacts): Claim | null {
  const isPython = programOf(facts.argv).interpreter === 'python' || /\/(?:python|pypy)[\d.]*$/.test(facts.exe ?? '');
  if (!isPython || facts.packages['gunicorn'] === undefined) return null;
  if (!mastersSignals.every((signal) => catches(facts.caught, signal))) return null;
  const { name } = programOf(facts.argv);
  return name === null ? { args: null } : { args: null, app: name };
}

const mastersSignals = [
  'SIGHUP',
  'SIGINT',
  'SIGQUIT',
  'SIGUSR1',
  'SIGUSR2',
  'SIGTERM',
  'SIGCHLD',
  'SIGTTIN',
  'SIGTTOU',
  'SIGWINCH',
] as const;

/** Without setproctitle, all of gunicorn's processes have the argv of their master. */
export function untitled(facts: ProcessFacts): Claim | null {
  const command = djangoCommand(facts, 'run_gunicorn');
  if (command !== null) return { args: command };
  const { name, args } = programOf(facts.argv);
  if (name === null || !programs.has(name)) return null;
  const app = positionals(args, switches).at(0) ?? flag(args, ['-n', '--name'])?.value;
  return app === undefined ? { args } : { args, app };
}

/** Without setproctitle master and workers have the same argv, and after USR2 a master is the child of a master. */
function role(member: Member): Role {
  const { process, parent, children } = member;
  const { caught } = process.facts;
  // A process whose master has died.
  if (parent === null) return hasWorkersMask(process.facts) ? 'worker' : 'master';
  if ((parent.claim.role ?? role(parent)) !== 'master') return 'helper';
  if (isUpgradeOf(process.facts, process.ppid) && !hasUpgradeTitle(parent.process.facts)) return 'master';
  // A worker just forked still has its master's mask, but no children.
  return children.length > 0 && catches(caught, 'SIGHUP') && catches(caught, 'SIGCHLD') ? 'master' : 'worker';
}

/**
 * Whether the mask is a worker's: workers reset HUP and CHLD, and catch TTIN and TTOU without effect (workers/base.py).
 */
function hasWorkersMask({ caught }: ProcessFacts): boolean {
  const scales = catches(caught, 'SIGTTIN') && catches(caught, 'SIGTTOU');
  return scales && !(catches(caught, 'SIGHUP') && catches(caught, 'SIGCHLD'));
}

/** Checked again before each signal: what looked like a starting master may be a worker whose master has died. */
function refuse({ head: { pid, facts } }: ServerProcesses): string | null {
  return hasWorkersMask(facts) ? `${pid} is not the master of its gunicorn, but a worker that has lost it.` : null;
}

/**
 * Whether USR2 to its parent started this master, which is to replace the parent. Its environment or its title
 * `[name.2]` says so.
 */
function isUpgradeOf(facts: ProcessFacts, ppid: number): boolean {
  return facts.environment['GUNICORN_PID'] === String(ppid) || (ppid > 1 && hasUpgradeTitle(facts));
}

function hasUpgradeTitle(facts: ProcessFacts): boolean {
  return upgradeSuffix.test(title.exec(titleOf(facts.argv) ?? '')?.[2] ?? '');
}

/**
 * The number that the master reports counts if its command line is hidden or the file has code. The place found stays.
 */
function withReported(configured: ConfiguredWorkers, reported: number | null, hidden: boolean): ConfiguredWorkers {
  if (reported === null || configured.count === reported || (configured.count !== null && !hidden)) return configured;
  if (configured.count === null && configured.by !== null) return { ...configured, count: reported };
  const where = `${reported} by its control socket${hidden ? '; where that is set, the process title hides' : ''}`;
  return { count: reported, by: { type: 'status' }, where };
}
