import type { RecognisedProcess, RecognisedServer } from '../../recognise/recognise.ts';
import type { Virtualenv } from '../../snapshot.ts';
import { unescaped } from './cgroup.ts';
import { nameOfPath } from './distinct-names.ts';
import { directoryPhrase, type Evidence, evidenceOf } from './evidence.ts';
import { isGeneric, moduleOf } from './generic.ts';
import type { GroupRule } from './rules.ts';

/** The identity and name of a project. Processes are assigned to it. */
export interface Place {
  readonly id: string;
  readonly name: string;
  readonly directory: string | null;
  readonly evidence: string;
}

/** The processes of a server that run its project's code. */
export function members({ processes }: RecognisedServer): readonly RecognisedProcess[] {
  return processes.filter(({ role }) => role !== 'helper');
}

/** The place that a rule of the configuration file gives; null without a rule. */
export function rulePlace(rule: GroupRule | null): Place | null {
  if (rule === null) return null;
  const { name } = rule;
  return { id: `rule:${name}`, name, directory: null, evidence: `a rule of the configuration file, ${name}` };
}

/** The virtualenv, unless it was guessed from the working directory, which says no more than the directory. */
export function certain(virtualenv: Virtualenv | null): Virtualenv | null {
  return virtualenv?.evidence === 'guess' ? null : virtualenv;
}

/** A virtualenv as a place; null without one. */
export function virtualenvPlace(virtualenv: Virtualenv | null): Place | null {
  if (virtualenv === null) return null;
  const { path, name } = virtualenv;
  return { id: `venv:${path}`, name, directory: null, evidence: `virtualenv ${path}` };
}

/** The compose project of a process's container, as a place; null without one. */
export function composePlace({ engine, directory }: Evidence): Place | null {
  const project = engine?.project ?? null;
  if (project === null) return null;
  return { id: `compose:${project}`, name: project, directory, evidence: `containers of the project ${project}` };
}

/** A container as a place; null outside containers. */
export function containerPlace({ container, engine }: Evidence, app: string | null): Place | null {
  if (container === null) return null;
  const name = engine?.name ?? app ?? container;
  const called = engine?.name == null ? '' : `, ${engine.name}`;
  return { id: `container:${container}`, name, directory: null, evidence: `container ${container}${called}` };
}

/** A systemd unit as a place; null without one. */
export function unitPlace({ unit }: Evidence, app: string | null): Place | null {
  if (unit === null) return null;
  const name = unescaped(unit.name.replace(/\.service$/, ''));
  const id = `unit:${name}`;
  return { id, name: isGeneric(name) ? (app ?? name) : name, directory: null, evidence: `systemd unit ${unit.name}` };
}

/** The directory of a process whose files lie on the host, as a place; `/` if it is unknown. */
export function placeOnHost(evidence: Evidence): Place {
  const directory = evidence.directory ?? '/';
  return { id: `dir:${directory}`, name: nameOfPath(directory), directory, evidence: directoryPhrase(evidence) };
}

/** The directory that a server's virtualenv was made for, as a place; null if unknown. */
export function homeOfVirtualenv(server: RecognisedServer): Place | null {
  for (const { process } of members(server)) {
    const { virtualenvHome, virtualenv, container } = evidenceOf(process.facts);
    if (virtualenvHome === null || virtualenv === null) continue;
    const { directory, marker } = virtualenvHome;
    const has = marker === null ? '' : `, which has ${marker}`;
    const evidence = `virtualenv ${virtualenv.path}, made for ${directory}${has}`;
    const id = container === null ? `dir:${directory}` : `dir:${container}:${directory}`;
    return { id, name: nameOfPath(directory), directory, evidence };
  }
  return null;
}

/** The place of an app's server with an unknown directory, mostly another user's seen without root. */
export function withoutDirectory(server: RecognisedServer, virtualenv: Virtualenv | null): Place {
  const evidence = evidenceOf(server.head.facts);
  const app = moduleOf(server.claim.app ?? null);
  const place = virtualenvPlace(virtualenv) ?? containerPlace(evidence, app) ?? unitPlace(evidence, app);
  if (place !== null) return place;
  const { user } = evidence;
  if (app !== null)
    return { id: `app:${user}:${app}`, name: app, directory: null, evidence: `application ${app} of ${user}` };
  const { kind, label } = server.definition;
  return { id: `program:${kind}:${user}`, name: kind, directory: null, evidence: `${label} of ${user}` };
}

/** Users that distributions create for services. */
const serviceUsers =
  /^(?:root|mysql|memcache|memcached|nobody|_.*|postgres|redis|www-data|nginx|apache|http|rabbitmq|mongodb|mongod|elasticsearch|caddy|haproxy|varnish|vcache)$/;

/** The place of a service such as postgres, by its kind and its user. */
export function serviceOf({ definition: { kind, label }, head }: RecognisedServer): Place {
  const { user, unit } = evidenceOf(head.facts);
  // A service runs as root, as a user made for it, or by a unit of its name. Any other user is part of the name.
  const own = user === kind || serviceUsers.test(user) || unit?.name === `${kind}.service`;
  const name = own ? kind : `${kind} (${user})`;
  return { id: `service:${kind}:${user}`, name, directory: null, evidence: `${label} of ${user}` };
}
