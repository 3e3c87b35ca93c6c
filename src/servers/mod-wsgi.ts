import type { ProcessFacts } from '../snapshot.ts';
import type { Claim, ConfiguredWorkers, MostWorkers, ServerProcesses } from './definition.ts';
import { type ApacheDirective, apacheConfigRequests, apacheDirectives, apacheFile } from './kit/apache-config.ts';
import { catches } from './kit/signal-mask.ts';
import { unscalable } from './kit/unscalable.ts';

/**
 * The daemons of one group of mod_wsgi 4.9: children of Apache's parent that run the code of one project. They may be
 * titled `(wsgi:NAME)`, cut to the length of their former command line.
 */
export const modWsgi = unscalable({
  kind: 'mod_wsgi',
  label: 'mod_wsgi',
  configuredIn: '`processes` of `WSGIDaemonProcess`, else 1',
  claim,
  configRequests: (facts) => apacheConfigRequests(untitled(facts)),
  configured: processesOfGroup,
  most,
  advice: (server) => {
    const { name, setting } = groupOf(server);
    const where = setting === null ? '' : ` in ${setting.path}`;
    return `Set processes of WSGIDaemonProcess ${name}${where}, then: apachectl graceful`;
  },
});

function claim(facts: ProcessFacts): Claim | null {
  if (!isDaemon(facts)) return null;
  const name = nameOf(facts);
  return { role: 'worker', args: null, app: name, managed: name };
}

function titleOf(argv: readonly string[]): string | null {
  return /^\(wsgi:([^)]*)/.exec(argv[0] ?? '')?.[1]?.trim() ?? null;
}

/** Without a name of their own, daemons are known by their mask: they handle INT and not HUP (mod_wsgi.c 4.9). */
function isDaemon(facts: ProcessFacts): boolean {
  const { caught, argv } = facts;
  if (titleOf(argv) !== null) return true;
  return apacheFile(facts) !== null && catches(caught, 'SIGINT') && !catches(caught, 'SIGHUP');
}

/** The facts with the arguments as they were before the title replaced the first one. */
function untitled(facts: ProcessFacts): ProcessFacts {
  const { argv, exe } = facts;
  return titleOf(argv) === null || exe === null ? facts : { ...facts, argv: [exe, ...argv.slice(1)] };
}

function groupsOf(titled: ProcessFacts): readonly ApacheDirective[] {
  const facts = untitled(titled);
  const main = apacheFile(facts);
  const directives = main === null ? [] : apacheDirectives(facts, main);
  return directives.filter(({ directive }) => directive === 'WSGIDaemonProcess');
}

/** The group's name: from the configuration if a single group fits the cut title, else the cut title itself. */
function nameOf(facts: ProcessFacts): string {
  const cut = titleOf(facts.argv);
  const fitting = groupsOf(facts).filter(({ value }) => cut === null || nameOfGroup(value).startsWith(cut));
  const [only] = fitting;
  return fitting.length === 1 && only ? nameOfGroup(only.value) : (cut ?? 'without a name');
}

function nameOfGroup(value: string): string {
  return value.split(/\s+/, 1)[0] ?? '';
}

function groupOf({ head, claim }: ServerProcesses): {
  readonly name: string;
  readonly setting: ApacheDirective | null;
} {
  const name = claim.managed ?? '';
  return { name, setting: groupsOf(head.facts).find(({ value }) => nameOfGroup(value) === name) ?? null };
}

function processesOfGroup(server: ServerProcesses): ConfiguredWorkers {
  const { name, setting } = groupOf(server);
  if (setting === null) {
    const where = `unknown: not found in ${apacheFile(server.head.facts) ?? "Apache's configuration"}`;
    return { count: null, by: null, where };
  }
  const count = /\bprocesses=(\d+)/.exec(setting.value)?.[1] ?? '1';
  const where = `WSGIDaemonProcess ${name} processes=${count} in ${setting.path}`;
  return { count: Number(count), by: { type: 'directive', name: 'WSGIDaemonProcess' }, where };
}

function most(server: ServerProcesses): MostWorkers | null {
  const { count } = processesOfGroup(server);
  return count === null ? null : { count, by: `processes of WSGIDaemonProcess ${groupOf(server).name}` };
}
