import type { ConfigRequest } from '../../probes.ts';
import type { ProcessFacts } from '../../snapshot.ts';
import type { ConfiguredBy } from '../definition.ts';
import { absolutePath, ofFile } from './configured.ts';
import { programOf } from './program.ts';

/** One setting of a uWSGI, as it was written. */
export interface UwsgiOption {
  /** Its long name. */
  readonly name: string;
  readonly value: string;
  /** For people: `-p 3 on the command line`, `processes = 3 in /etc/uwsgi/shop.ini`. */
  readonly where: string;
  readonly by: ConfiguredBy;
}

/** Other names of options (core/uwsgi.c, plugins/python/python_plugin.c, 2.0.21). */
const aliases: ReadonlyMap<string, string> = new Map([
  ['p', 'processes'],
  ['workers', 'processes'],
  ['M', 'master'],
  ['i', 'ini'],
  ['s', 'socket'],
  ['w', 'module'],
  ['wsgi', 'module'],
  ['file', 'wsgi-file'],
  ['H', 'home'],
  ['virtualenv', 'home'],
  ['venv', 'home'],
  ['pyhome', 'home'],
  ['stats-server', 'stats'],
]);

const iniLines =
  /^\s*(?:\[|(?:workers|processes|cheaper|cheaper-algo|master-fifo|master|stats|stats-server|mules?|spooler|https?-router|fastrouter|module|wsgi|wsgi-file|file|socket|http|http-socket|threads|lazy-apps|lazy|gevent|async|asyncio|home|virtualenv|venv|pyhome|emperor|auto-procname)\s*=)/;

/** The lines needed of the ini files that a command line names. */
export function uwsgiConfigRequests(facts: ProcessFacts): readonly ConfigRequest[] {
  return iniFiles(facts).map(({ path }) => ({ path, lines: iniLines }));
}

/** Whether each of the files that its command line names has been read; false if a title hides the command line. */
export function isAllRead(facts: ProcessFacts, args: readonly string[] | null): boolean {
  if (args === null) return false;
  const isOther = args.some(
    (arg) => /\.(?:ya?ml|xml|json)$/.test(arg) || /^(?:-x|-y|--xml|--yaml|--json|--emperor)/.test(arg),
  );
  const named = args.filter((arg) => /\.ini(?::\w+)?$/.test(arg)).length;
  const files = iniFiles(facts);
  return !isOther && named <= files.length && files.every(({ path }) => facts.configLines[path] !== undefined);
}

/** The value of an option: the last one written counts. Null if unknown. */
export function lastOption(facts: ProcessFacts, args: readonly string[] | null, name: string): UwsgiOption | null {
  return optionsOf(facts, args ?? []).findLast((option) => option.name === name) ?? null;
}

/** In the order in which uWSGI takes them: a file's where the command line names it. */
function optionsOf(facts: ProcessFacts, args: readonly string[]): readonly UwsgiOption[] {
  const options: UwsgiOption[] = [];
  for (let index = 0; index < args.length; index++) {
    const arg = args[index] ?? '';
    const written = /^(?:--[\w-]+|-\w)/.exec(arg)?.[0];
    if (written === undefined) {
      if (isIni(arg)) options.push(...ofIni(facts, arg));
      continue;
    }
    const attached = arg.slice(written.length).replace(/^=/, '');
    const next = args[index + 1];
    const takesNext = attached === '' && next !== undefined && !next.startsWith('-');
    const value = takesNext ? next : attached || 'true';
    const name = longName(written.replace(/^--?/, ''));
    if (name === 'ini') options.push(...ofIni(facts, value));
    // A switch may be followed by a file.
    else if (takesNext && isIni(value))
      options.push({ name, value: 'true', ...from(written, 'true') }, ...ofIni(facts, value));
    else options.push({ name, value, ...from(written, value) });
    if (takesNext) index++;
  }
  return options;
}

function from(written: string, value: string): Pick<UwsgiOption, 'by' | 'where'> {
  const text = written.startsWith('--') ? `${written}=${value}` : `${written} ${value}`;
  return { by: { type: 'flag', name: written }, where: `${text} on the command line` };
}

function longName(name: string): string {
  return aliases.get(name) ?? name;
}

function isIni(arg: string): boolean {
  return /\.ini(?::\w+)?$/.test(arg);
}

interface IniFile {
  readonly path: string;
  readonly section: string;
}

function iniFile(facts: ProcessFacts, written: string): IniFile | null {
  const [file = written, section = 'uwsgi'] = written.split(':', 2);
  const path = absolutePath(facts, file);
  return path === null ? null : { path, section };
}

function iniFiles(facts: ProcessFacts): readonly IniFile[] {
  const { args } = programOf(facts.argv);
  const named = args.flatMap((arg, index) => {
    const attached = /^(?:--ini=|-i)(.+)$/.exec(arg)?.[1];
    return attached ?? (isIni(arg) || args[index - 1] === '--ini' || args[index - 1] === '-i' ? arg : []);
  });
  return [...new Set(named)].flatMap((written) => iniFile(facts, written) ?? []);
}

function ofIni(facts: ProcessFacts, written: string): readonly UwsgiOption[] {
  const file = iniFile(facts, written);
  if (file === null) return [];
  const options: UwsgiOption[] = [];
  let section = file.section;
  for (const line of facts.configLines[file.path] ?? []) {
    const header = /^\s*\[([^\]]*)\]/.exec(line)?.[1];
    if (header !== undefined) section = header;
    const [, name, text] = /^\s*([\w-]+)\s*=(.*)/.exec(line) ?? [];
    if (name === undefined || text === undefined || section !== file.section) continue;
    const value = text.trim();
    options.push({ name: longName(name), value, by: ofFile(file.path), where: `${name} = ${value} in ${file.path}` });
  }
  return options;
}
