import type { ConfigRequest } from '../../probes.ts';
import type { ProcessFacts } from '../../snapshot.ts';
import type { StartCommand } from '../definition.ts';
import { splitWords } from './flags.ts';

/** Directories of units, those that take precedence first (systemd.unit(5)). */
const directories = [
  '/etc/systemd/system',
  '/run/systemd/system',
  '/usr/local/lib/systemd/system',
  '/lib/systemd/system',
  '/usr/lib/systemd/system',
];

const configLines = /^\s*(?:ExecStart|WorkingDirectory)\s*=/;

/** A process's facts with the command line and the directory of its start command. */
export function startedWith(facts: ProcessFacts, { argv, cwd }: StartCommand): ProcessFacts {
  return { ...facts, argv, cwd: cwd ?? facts.cwd };
}

/** The lines needed of the systemd unit that a process runs in. Users' own units are left out. */
export function unitRequests(facts: ProcessFacts): readonly ConfigRequest[] {
  const unit = unitOf(facts);
  if (unit === null) return [];
  return directories.flatMap((directory) =>
    [`${directory}/${unit.file}`, `${directory}/${unit.file}.d/*.conf`, `${directory}/${unit.name}.d/*.conf`].map(
      (path): ConfigRequest => ({ path, lines: configLines, continued: 'backslash' }),
    ),
  );
}

/** What a process's systemd unit starts; null without a unit, or if its files were not read. */
export function unitCommand(facts: ProcessFacts): StartCommand | null {
  const unit = unitOf(facts);
  if (unit === null) return null;
  const file = directories.map((directory) => `${directory}/${unit.file}`).find((path) => path in facts.configLines);
  if (file === undefined) return null;
  const added = Object.keys(facts.configLines).filter((path) => /\.service\.d\/[^/]*$/.test(path));
  const byName = added.sort((a, b) => (a.slice(a.lastIndexOf('/')) < b.slice(b.lastIndexOf('/')) ? -1 : 1));
  const lines = [file, ...byName].flatMap((path) => facts.configLines[path] ?? []);
  const last = (name: string) => {
    const line = lines.findLast((text) => text.trimStart().startsWith(name));
    return line?.slice(line.indexOf('=') + 1).trim() ?? '';
  };
  const expanded = (text: string) =>
    text.replaceAll('%i', unit.instance).replaceAll('%I', unit.instance).replaceAll('%n', unit.name);
  // Prefixes say how it is started, not what.
  const argv = splitWords(expanded(last('ExecStart')).replace(/^[-@:+!|]+/, ''));
  const cwd = expanded(last('WorkingDirectory')).replace(/^-/, '');
  return argv.length === 0 ? null : { argv, cwd: cwd.startsWith('/') ? cwd : null, name: unit.name };
}

interface Unit {
  readonly name: string;
  /** The file's name: an instance `web@shop.service` has the file of its template, `web@.service`. */
  readonly file: string;
  readonly instance: string;
}

function unitOf({ cgroup }: ProcessFacts): Unit | null {
  const path = cgroup ?? '';
  const name = /\/([\w.@:\\-]+\.service)(?:\/[^/]*)?$/.exec(path)?.[1];
  if (name === undefined || path.includes('/user@')) return null;
  const [, template, instance] = /^([^@]+@)(.+)\.service$/.exec(name) ?? [];
  return { name, file: template === undefined ? name : `${template}.service`, instance: instance ?? '' };
}
