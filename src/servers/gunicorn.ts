import type { Inquiry, ProcessFacts } from '../snapshot.ts';
import { countOf, memberOf } from './answers.ts';
import { absolutePath } from './configured.ts';
import type { Claim, ConfiguredWorkers, Member, Role, ServerDefinition, ServerProcesses } from './definition.ts';
import { type Flag, flag, flags, positionals, splitWords, wholeNumber } from './flags.ts';
import { programOf, titleOf } from './program.ts';
import { catches } from './signals.ts';

const title = /^gunicorn: (master|worker|dirty-worker|dirty-arbiter)(?: \[(.+?)(\.2)?\])?$/;

/** From 25.1 on, the master listens for commands there, unless told otherwise; in no case for the web (gunicorn/ctl). 25.1.0 has it relative. */
const controlSocket = /^unix:(.+\.ctl)$/;

const inquiry: Inquiry = {
  // One path serves all of a user's gunicorns, and the last one that was started has it: only the master's own socket is asked.
  question: (facts, listeners) => {
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

/** gunicorn (https://gunicorn.org): signals, titles and precedence as in its arbiter.py and app/base.py, 19.9 to 26.1. */
export const gunicorn: ServerDefinition = {
  kind: 'gunicorn',
  label: 'gunicorn',
  documented: { configured: '`-w`, `GUNICORN_CMD_ARGS`, `gunicorn.conf.py`, `WEB_CONCURRENCY`', tested: 'live' },
  category: 'app',
  environment: ['GUNICORN_CMD_ARGS', 'GUNICORN_PID', 'WEB_CONCURRENCY'],
  directoryFlags: ['--chdir', '--pythonpath'],
  distribution: 'gunicorn',
  recycling: '--max-requests 1000',
  preloading: '--preload',
  claim,
  role,
  settings(facts) {
    const found = claim(facts);
    const file = found && configFile(facts, found.args);
    return file ? [{ path: file.path, lines: /^\s*workers\s*=/ }] : [];
  },
  bind: (server) => {
    const told = flags([...environmentArgs(server.head.facts), ...(server.claim.args ?? [])], ['-b', '--bind']);
    return told.map((use) => use.value);
  },
  isControl: (address) => controlSocket.test(address),
  configured: (server) =>
    withTold(configured(server), server.head.told?.configured ?? null, server.claim.args === null),
  inquiry,
  scaling: { method: 'signal', floor: 1, victim: 'oldest' },
};

function claim(facts: ProcessFacts): Claim | null {
  const entitled = title.exec(titleOf(facts.argv) ?? '');
  if (entitled) {
    const [, what, app] = entitled;
    const named = app === undefined || app === 'gunicorn' ? { args: null } : { args: null, app };
    if (what === 'worker') return { ...named, role: 'worker' };
    // A worker bears its master's title until it has set its own: parentage decides.
    return what === 'master' ? named : { ...named, role: 'helper' };
  }
  const { name, args } = programOf(facts.argv);
  if (name === null || !programs.has(name)) return null;
  const app = positionals(args, switches).at(0) ?? flag(args, ['-n', '--name'])?.value;
  return app === undefined ? { args } : { args, app };
}

/** Without setproctitle master and workers have the same argv, and after USR2 a master is the child of a master. */
function role(member: Member): Role {
  const { process, parent, children } = member;
  const { caught, environment } = process.facts;
  if (parent === null) {
    // Workers reset HUP and CHLD but go on catching TTIN: one whose master has died.
    const orphan = catches(caught, 'SIGTTIN') && !catches(caught, 'SIGHUP') && !catches(caught, 'SIGCHLD');
    return orphan ? 'worker' : 'master';
  }
  if ((parent.claim.role ?? role(parent)) !== 'master') return 'helper';
  if (environment['GUNICORN_PID'] === String(process.ppid)) return 'master';
  if (isSecond(process.facts) && !isSecond(parent.process.facts)) return 'master';
  // A worker just forked still has its master's mask, but no children.
  return children.length > 0 && catches(caught, 'SIGHUP') && catches(caught, 'SIGCHLD') ? 'master' : 'worker';
}

/** The master that USR2 started beside the old one calls itself `[name.2]`. */
function isSecond(facts: ProcessFacts): boolean {
  return title.exec(titleOf(facts.argv) ?? '')?.[3] !== undefined;
}

function environmentArgs(facts: ProcessFacts): readonly string[] {
  return splitWords(facts.environment['GUNICORN_CMD_ARGS'] ?? '');
}

interface ConfigFile {
  readonly path: string;
  /** False for the file that gunicorn looks for by itself. */
  readonly named: boolean;
}

/** Null where the configuration is a module, or a path that cannot be made absolute. */
function configFile(facts: ProcessFacts, args: readonly string[] | null): ConfigFile | null {
  const names = ['-c', '--config'];
  const given = flag(args ?? [], names) ?? flag(environmentArgs(facts), names);
  const file = (given?.value ?? 'gunicorn.conf.py').replace(/^file:/, '');
  if (file.startsWith('python:')) return null;
  if (file.startsWith('/')) return { path: file, named: given !== null };
  if (facts.cwd === null) return null;
  return { path: `${facts.cwd.replace(/\/$/, '')}/${file.replace(/^\.\//, '')}`, named: given !== null };
}

function configured({ head: { facts }, claim: { args } }: ServerProcesses): ConfiguredWorkers {
  const names = ['-w', '--workers'];
  const argument = flag(args ?? [], names);
  if (argument) return fromFlag(argument, `argv ${argument.name}`, 'on the command line');
  // What outranks all else may be hidden, so what is found below it is said with that proviso.
  const proviso = args === null ? ', unless its command line, which the process title hides, says otherwise' : '';
  const variable = flag(environmentArgs(facts), names);
  if (variable) return fromFlag(variable, 'GUNICORN_CMD_ARGS', `in GUNICORN_CMD_ARGS${proviso}`);
  const file = configFile(facts, args);
  const lines = file ? facts.settings[file.path] : undefined;
  if (file && lines && lines.length > 0) return fromFile(file.path, lines, proviso);
  if (file?.named && lines === undefined) {
    return { count: null, by: null, where: `unknown: ${file.path} could not be read` };
  }
  const concurrency = facts.environment['WEB_CONCURRENCY'];
  if (concurrency !== undefined) {
    const where = `WEB_CONCURRENCY=${concurrency} in the environment${proviso}`;
    return { count: wholeNumber(concurrency), by: 'WEB_CONCURRENCY', where };
  }
  if (args === null) return { count: null, by: null, where: 'unknown: the process title hides the command line' };
  // The kernel guards the working directory and the environment alike.
  if (facts.cwd === null) return { count: null, by: null, where: 'unknown: its environment may be read by root only' };
  return { count: 1, by: 'default', where: "gunicorn's default of 1" };
}

/** What the master says of itself counts where its command line is hidden, or is code: where it is set remains what was found. */
function withTold(found: ConfiguredWorkers, told: number | null, hidden: boolean): ConfiguredWorkers {
  if (told === null || found.count === told || (found.count !== null && !hidden)) return found;
  if (found.count === null && found.by !== null) return { ...found, count: told };
  const where = `${told} by its control socket${hidden ? '; where that is set, the process title hides' : ''}`;
  return { count: told, by: 'control socket', where };
}

function fromFlag({ name, value }: Flag, by: string, where: string): ConfiguredWorkers {
  const written = name.startsWith('--') ? `${name}=${value}` : `${name} ${value}`;
  return { count: wholeNumber(value), by, where: `${written} ${where}` };
}

/** The last assignment counts; only a plain number is a count, anything else is Python that we do not run. */
function fromFile(path: string, lines: readonly string[], proviso: string): ConfiguredWorkers {
  const line = lines.at(-1)?.trimEnd() ?? '';
  const plain = /^workers\s*=\s*(\d+)\s*(?:#.*)?$/.exec(line)?.[1];
  const by = path.slice(path.lastIndexOf('/') + 1);
  return { count: plain === undefined ? null : Number(plain), by, where: `${line.trim()} in ${path}${proviso}` };
}
