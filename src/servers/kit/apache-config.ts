import type { ConfigRequest } from '../../probes.ts';
import type { ProcessFacts } from '../../snapshot.ts';
import { flag } from './flags.ts';
import { programOf } from './program.ts';

/** A directive that says how many workers there are. */
export interface ApacheDirective {
  readonly directive: 'MaxRequestWorkers' | 'WSGIDaemonProcess';
  readonly value: string;
  readonly path: string;
  /** The multi-processing module that is loaded: `prefork`, `worker`, `event`; null when not known. */
  readonly mpm: string | null;
}

/** The lines read of its files. */
const apacheLines =
  /^\s*(?:<\/?If(?:Module|Define|Version)\b|Include(?:Optional)?\s|ServerRoot\s|LoadModule\s+mpm_|MaxRequestWorkers\s|MaxClients\s|WSGIDaemonProcess\s)/i;

/** The first of its files; null for another program. */
export function apacheFile(facts: ProcessFacts): string | null {
  const { name, args } = programOf(facts.argv);
  if (name !== 'apache2' && name !== 'httpd') return null;
  const given = flag(args, ['-f'])?.value;
  if (given?.startsWith('/')) return given;
  const root = flag(args, ['-d'])?.value ?? (name === 'apache2' ? '/etc/apache2' : '/etc/httpd');
  return `${root}/${given ?? (name === 'apache2' ? 'apache2.conf' : 'conf/httpd.conf')}`;
}

/** Its main file and all that are included in those that have been read. */
export function apacheConfigRequests(facts: ProcessFacts): readonly ConfigRequest[] {
  const main = apacheFile(facts);
  return main === null ? [] : apacheFiles(facts, main).map((path) => ({ path, lines: apacheLines }));
}

function apacheFiles({ argv, configLines }: ProcessFacts, main: string): readonly string[] {
  const written = (configLines[main] ?? [])
    .flatMap((line) => /^\s*ServerRoot\s+"?([^"\s]+)/i.exec(line)?.[1] ?? [])
    .at(-1);
  const root = written ?? flag(programOf(argv).args, ['-d'])?.value ?? main.replace(/\/[^/]*$/, '');
  const included = Object.values(configLines).flatMap((lines) =>
    lines.flatMap((line) => /^\s*Include(?:Optional)?\s+"?([^"\s]+)/i.exec(line)?.[1] ?? []),
  );
  return [main, ...included.map((path) => (path.startsWith('/') ? path : `${root}/${path}`))];
}

/** The directives of Apache's configuration: those of included files first, then those of the main file. */
export function apacheDirectives({ configLines }: ProcessFacts, main: string): readonly ApacheDirective[] {
  const files = Object.entries(configLines);
  const mpm = loadedModule(files.flatMap(([, lines]) => lines)) ?? null;
  // The last directive counts. Includes mostly come before the main file's own directives.
  const ordered = [...files.filter(([path]) => path !== main), ...files.filter(([path]) => path === main)];
  return ordered.flatMap(([path, lines]) => ofFile(path, lines, mpm));
}

function loadedModule(lines: readonly string[]): string | undefined {
  return lines.flatMap((line) => /^\s*LoadModule\s+mpm_(\w+)_module\b/i.exec(line)?.[1] ?? []).at(-1);
}

function ofFile(path: string, lines: readonly string[], mpm: string | null): readonly ApacheDirective[] {
  const directives: ApacheDirective[] = [];
  /** For each open section, whether it applies. Sections about other things than the module are taken to apply. */
  const open: boolean[] = [];
  for (const line of lines) {
    const section = /^\s*<If\w+\s+(!?)(?:mpm_)?(prefork|worker|event)?/i.exec(line);
    if (section !== null) {
      const [, not, about] = section;
      open.push(about === undefined || mpm === null || (about === mpm) === (not === ''));
    } else if (/^\s*<\/If/i.test(line)) open.pop();
    else if (open.every(Boolean)) {
      const [, directive, value] = /^\s*(MaxRequestWorkers|MaxClients|WSGIDaemonProcess)\s+(\S.*)/i.exec(line) ?? [];
      if (directive === undefined || value === undefined) continue;
      const wsgi = directive.toLowerCase() === 'wsgidaemonprocess';
      directives.push({
        directive: wsgi ? 'WSGIDaemonProcess' : 'MaxRequestWorkers',
        value: value.trimEnd(),
        path,
        mpm,
      });
    }
  }
  return directives;
}
