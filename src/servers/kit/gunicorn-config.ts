import { memoize } from '../../memoize.ts';
import type { ActivityRule, ConfigRequest } from '../../probes.ts';
import type { ProcessFacts } from '../../snapshot.ts';
import type { ConfiguredWorkers, ServerProcesses } from '../definition.ts';
import { absolutePath, fromFlag, ofFile } from './configured.ts';
import { flag, hasFlag, splitWords, wholeNumber } from './flags.ts';
import { upTo } from './lines.ts';

/** One of gunicorn's settings that is a number of workers. */
export interface WorkerSetting {
  readonly flags: readonly string[];
  /** A line of its configuration file that sets it, and one that does so by a plain number, which is captured. */
  readonly line: RegExp;
  readonly plain: RegExp;
  /** The variable that gives its default. */
  readonly variable: string | null;
}

/** Characters of GUNICORN_CMD_ARGS that are looked at: more than a command line that anybody writes. */
const LONGEST_ARGUMENTS = 8192;

/** The arguments that GUNICORN_CMD_ARGS holds. */
export const environmentArgs: (facts: ProcessFacts) => readonly string[] = memoize(({ environment }) =>
  splitWords((environment['GUNICORN_CMD_ARGS'] ?? '').slice(0, LONGEST_ARGUMENTS)),
);

interface ConfigFile {
  readonly path: string;
  /** False for the file that gunicorn looks for by itself. */
  readonly named: boolean;
}

/** The configuration file; null if it is a module, or a path that cannot be made absolute. */
function configFile(facts: ProcessFacts, args: readonly string[] | null): ConfigFile | null {
  const names = ['-c', '--config'];
  const given = flag(args ?? [], names) ?? flag(environmentArgs(facts), names);
  const file = (given?.value ?? 'gunicorn.conf.py').replace(/^file:/, '');
  if (file.startsWith('python:')) return null;
  const path = absolutePath({ cwd: startDirectory(facts, args ?? []) }, file);
  return path === null ? null : { path, named: given !== null };
}

/** The directory it was started in. After --chdir a shell's PWD still has it. */
function startDirectory({ cwd, environment }: ProcessFacts, args: readonly string[]): string | null {
  const moved = hasFlag(args, ['--chdir']) || args.some((arg) => arg.startsWith('--chdir='));
  return moved ? (environment['PWD'] ?? cwd) : cwd;
}

/** The lines that may set one of its numbers of workers, or what its workers are. */
export function gunicornSettings(facts: ProcessFacts, args: readonly string[] | null): readonly ConfigRequest[] {
  const file = configFile(facts, args);
  return file === null
    ? []
    : [{ path: file.path, lines: /^\s*(?:(?:dirty_)?workers|worker_class|threads|preload_app)\s*=/ }];
}

/** In the order of app/base.py: command line, GUNICORN_CMD_ARGS, configuration file, the default's variable, 1. */
export function configuredIn(
  { head: { facts }, claim: { args } }: ServerProcesses,
  setting: WorkerSetting,
): ConfiguredWorkers {
  const argument = flag(args ?? [], setting.flags);
  if (argument) return fromFlag(argument);
  // A hidden command line may override all that follows.
  const proviso = args === null ? ', unless its command line, which the process title hides, says otherwise' : '';
  const variable = flag(environmentArgs(facts), setting.flags);
  if (variable)
    return fromFlag(variable, {
      by: { type: 'variable', name: 'GUNICORN_CMD_ARGS' },
      where: `in GUNICORN_CMD_ARGS${proviso}`,
    });
  const file = configFile(facts, args);
  const lines = file ? facts.configLines[file.path] : undefined;
  const fromConfigFile = file && lines ? fromFile(file.path, lines, setting, proviso) : null;
  if (fromConfigFile) return fromConfigFile;
  if (file?.named && lines === undefined) {
    return { count: null, by: null, where: `unknown: ${file.path} could not be read` };
  }
  const name = setting.variable;
  const preset = name === null ? undefined : facts.environment[name];
  if (name !== null && preset !== undefined) {
    const where = `${name}=${preset} in the environment${proviso}`;
    return { count: wholeNumber(preset), by: { type: 'variable', name }, where };
  }
  if (args === null) return { count: null, by: null, where: 'unknown: the process title hides the command line' };
  // The kernel guards the working directory and the environment alike.
  if (facts.cwd === null) return { count: null, by: null, where: 'unknown: only root may read its environment' };
  return { count: 1, by: { type: 'default' }, where: "gunicorn's default of 1" };
}

/** The last assignment counts; only a plain number is a count, anything else is Python that we do not run. */
function fromFile(
  path: string,
  lines: readonly string[],
  setting: WorkerSetting,
  proviso: string,
): ConfiguredWorkers | null {
  const line = lines.findLast((text) => setting.line.test(text))?.trimEnd();
  if (line === undefined) return null;
  const plain = setting.plain.exec(line)?.[1];
  const count = plain === undefined ? null : Number(plain);
  return { count, by: ofFile(path), where: `${line.trim()} in ${path}${proviso}` };
}

/** Classes that serve one request at a time, by their names in gunicorn's settings. */
const synchronous = new Set(['sync', 'gunicorn.workers.sync.SyncWorker']);
const threaded = new Set(['gthread', 'gunicorn.workers.gthread.ThreadWorker']);
const looping = /^(?:gevent|eventlet|tornado|gevent_wsgi|gevent_pywsgi|uvicorn\..*|uvicorn_worker\..*|aiohttp\..*)$/;

/**
 * How `-k` and `--threads` make its workers handle requests. Sync workers with threads become gthread's (config.py
 * `worker_class`, 19.9 to 26.1). Null for a worker class of the app. If the title hides the command line, any class is
 * possible.
 */
export function workerActivity({ head: { facts }, claim: { args } }: ServerProcesses): ActivityRule | null {
  if (args === null) return { by: 'process', mayHaveThreads: true };
  const name = settingOf(facts, args, ['-k', '--worker-class'], 'worker_class') ?? 'sync';
  const threads = settingOf(facts, args, ['--threads'], 'threads') ?? '1';
  const size = wholeNumber(threads);
  if (threaded.has(name) || (synchronous.has(name) && threads !== '1')) {
    return { by: 'threads', pool: isNotMain, size, acceptsEarly: true, idleIn: 'place', isMixed: true };
  }
  if (synchronous.has(name)) return { by: 'process', oneRequestEach: true };
  return looping.test(name) ? { by: 'loop' } : null;
}

function isNotMain(_name: string, isMain: boolean): boolean {
  return !isMain;
}

/** Whether its workers take over the code that its master has loaded (config.py `preload_app`). */
export function isPreloaded(facts: ProcessFacts, args: readonly string[] | null): boolean {
  const given = [...(args ?? []), ...environmentArgs(facts)];
  return given.includes('--preload') || settingOf(facts, args ?? [], [], 'preload_app') === 'True';
}

/** The text that a line assigns to a name, without a comment; null if it assigns to another. */
function assignedIn(line: string, name: string): string | null {
  const equals = line.indexOf('=');
  return equals >= 0 && line.slice(0, equals).trim() === name ? upTo(line.slice(equals + 1), '#').trim() : null;
}

/** A setting, from the first place that has it: command line, GUNICORN_CMD_ARGS, configuration file. */
function settingOf(
  facts: ProcessFacts,
  args: readonly string[],
  names: readonly string[],
  name: string,
): string | null {
  const given = flag(args, names) ?? flag(environmentArgs(facts), names);
  if (given !== null) return given.value;
  const file = configFile(facts, args);
  const lines = file === null ? [] : (facts.configLines[file.path] ?? []);
  const value = lines.flatMap((line) => assignedIn(line, name) ?? []).at(-1);
  return value?.replace(/^(['"])(.*)\1$/, '$2') ?? null;
}
