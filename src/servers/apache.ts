import type { ProcessFacts, SettingsRequest } from '../snapshot.ts';
import type { ConfiguredWorkers, Pool, ServerProcesses } from './definition.ts';
import { type ApacheSetting, apacheFile, apacheFiles, apacheLines, apacheSettings } from './kit/apache-config.ts';
import { programOf } from './kit/program.ts';
import { catches } from './kit/signal-mask.ts';
import { unscalable } from './kit/unscalable.ts';

/**
 * Apache httpd, 2.4, with mod_wsgi too: its daemons are children of the same parent, and may call themselves `(wsgi:NAME)`, cut to the
 * length of what they were called before.
 */
export const apache = unscalable({
  kind: 'apache',
  label: 'apache',
  category: 'service',
  configuredIn: '`MaxRequestWorkers`, `WSGIDaemonProcess`',
  claim: ({ argv }) => {
    const daemon = daemonName(argv);
    if (daemon !== null) return { role: 'worker', args: null, app: daemon };
    const { name, args } = programOf(argv);
    return name === 'apache2' || name === 'httpd' ? { args } : null;
  },
  settings: (facts): readonly SettingsRequest[] => {
    const main = apacheFile(facts);
    return main === null ? [] : apacheFiles(facts, main).map((path) => ({ path, lines: apacheLines }));
  },
  pools,
  configured: ({ head: { facts } }) => ofRequests(facts, settingsOf(facts)),
  advice: ({ head: { facts } }) => {
    const places = settingsOf(facts).map(({ path }) => path);
    const where = places.length === 0 ? '' : ` in ${[...new Set(places)].join(' or ')}`;
    return `Set MaxRequestWorkers, or processes of WSGIDaemonProcess for mod_wsgi,${where} then: apachectl graceful`;
  },
});

function daemonName(argv: readonly string[]): string | null {
  return /^\(wsgi:([^)]*)/.exec(argv[0] ?? '')?.[1]?.trim() ?? null;
}

function settingsOf(facts: ProcessFacts): readonly ApacheSetting[] {
  const main = apacheFile(facts);
  return main === null ? [] : apacheSettings(facts, main);
}

/** Without a name of their own, daemons are known by their mask: they handle INT and not HUP (mod_wsgi.c 4.9). */
function isDaemon({ caught, argv }: ProcessFacts): boolean {
  return daemonName(argv) !== null || (catches(caught, 'SIGINT') && !catches(caught, 'SIGHUP'));
}

/** Those that serve requests, and those of each mod_wsgi daemon; one pool where there are no daemons is none. */
function pools({ head: { facts }, workers }: ServerProcesses): readonly Pool[] {
  const daemons = workers.filter((worker) => isDaemon(worker.facts));
  if (daemons.length === 0) return [];
  const settings = settingsOf(facts);
  const groups = settings.filter(({ directive }) => directive === 'WSGIDaemonProcess');
  const named = new Map<string, number[]>();
  for (const daemon of daemons) {
    const cut = daemonName(daemon.facts.argv);
    const fitting = groups.filter(({ value }) => cut === null || nameOfGroup(value).startsWith(cut));
    const [only] = fitting;
    const name = fitting.length === 1 && only ? nameOfGroup(only.value) : (cut ?? '');
    named.set(name, [...(named.get(name) ?? []), daemon.pid]);
  }
  const serving = workers.filter((worker) => !daemons.includes(worker)).map(({ pid }) => pid);
  return [
    { name: 'requests', pids: serving, configured: ofRequests(facts, settings) },
    ...[...named].map(([name, pids]) => {
      const group = groups.find(({ value }) => nameOfGroup(value) === name);
      return { name: `wsgi:${name}`, pids, configured: ofGroup(facts, group) };
    }),
  ];
}

function nameOfGroup(value: string): string {
  return value.split(/\s+/, 1)[0] ?? '';
}

function ofRequests(facts: ProcessFacts, settings: readonly ApacheSetting[]): ConfiguredWorkers {
  const found = settings.findLast(({ directive }) => directive === 'MaxRequestWorkers');
  if (found === undefined) return unread(facts);
  const { path, value, mpm } = found;
  // The other modules have it as a number of threads, of all processes together.
  const processes = mpm === 'prefork' && /^\d+$/.test(value);
  const where = `MaxRequestWorkers ${value} in ${path}${processes ? '' : ', which are threads'}`;
  return { count: processes ? Number(value) : null, by: 'MaxRequestWorkers', where };
}

/** mod_wsgi starts one process unless told otherwise. */
function ofGroup(facts: ProcessFacts, group: ApacheSetting | undefined): ConfiguredWorkers {
  if (group === undefined) return unread(facts);
  const count = /\bprocesses=(\d+)/.exec(group.value)?.[1] ?? '1';
  const where = `WSGIDaemonProcess ${nameOfGroup(group.value)} processes=${count} in ${group.path}`;
  return { count: Number(count), by: 'WSGIDaemonProcess', where };
}

function unread(facts: ProcessFacts): ConfiguredWorkers {
  return { count: null, by: null, where: `unknown: not found in ${apacheFile(facts) ?? 'its configuration'}` };
}
