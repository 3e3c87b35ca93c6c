import type { ConfigRequest } from '../../probes.ts';
import type { ProcessFacts } from '../../snapshot.ts';
import type { StartCommand } from '../definition.ts';
import { absolutePath } from './configured.ts';
import { flag, splitWords } from './flags.ts';

const DEBIAN = '/etc/supervisor/supervisord.conf';

const configLines = /^\s*(?:\[|(?:command|directory|files)\s*=)/;

/**
 * The lines needed of supervisord's configuration and the files that it includes
 * (https://supervisord.org/configuration.html).
 */
export function programRequests(facts: ProcessFacts, args: readonly string[]): readonly ConfigRequest[] {
  const file = mainFile(facts, args);
  const included = entries(facts, file).flatMap(({ section, name, value }) =>
    section === 'include' && name === 'files' ? splitWords(value) : [],
  );
  const folder = file.slice(0, file.lastIndexOf('/'));
  const paths = included.map((path) => (path.startsWith('/') ? path : `${folder}/${path}`));
  return [file, ...paths].map((path) => ({ path, lines: configLines, continued: 'indent' }));
}

/** The programs in supervisord's configuration, as far as it was read. */
export function programCommands(facts: ProcessFacts): readonly StartCommand[] {
  const programs = new Map<string, { command: string; directory: string | null }>();
  for (const file of Object.keys(facts.configLines)) {
    const here = file.slice(0, file.lastIndexOf('/'));
    for (const { section, name, value } of entries(facts, file)) {
      const program = /^program:(.+)$/.exec(section)?.[1]?.trim();
      if (program === undefined) continue;
      const before = programs.get(program) ?? { command: '', directory: null };
      const text = value.replaceAll('%(here)s', here).replaceAll('%(program_name)s', program);
      if (name === 'command') programs.set(program, { ...before, command: text });
      else if (name === 'directory') programs.set(program, { ...before, directory: text });
    }
  }
  return [...programs].flatMap(([name, { command, directory }]) => {
    const argv = splitWords(command);
    return argv.length === 0 ? [] : [{ name, argv, cwd: directory?.startsWith('/') ? directory : null }];
  });
}

function mainFile(facts: ProcessFacts, args: readonly string[]): string {
  const given = flag(args, ['-c', '--configuration'])?.value;
  return given === undefined ? DEBIAN : (absolutePath(facts, given) ?? given);
}

interface Entry {
  readonly section: string;
  readonly name: string;
  readonly value: string;
}

function entries({ configLines: read }: ProcessFacts, file: string): readonly Entry[] {
  const settings: Entry[] = [];
  let section = '';
  for (const line of read[file] ?? []) {
    const header = /^\s*\[([^\]]*)\]/.exec(line)?.[1];
    if (header !== undefined) section = header;
    const equals = line.indexOf('=');
    if (header !== undefined || equals < 0) continue;
    // A comment starts with a semicolon after a blank.
    const value = line.slice(equals + 1).split(' ;', 1)[0] ?? '';
    settings.push({ section, name: line.slice(0, equals).trim(), value: value.trim() });
  }
  return settings;
}
