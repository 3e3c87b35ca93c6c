import { byAge, inOrderOfAge } from '../../recognise/process-table.ts';
import type { RecognisedProcess, RecognisedServer } from '../../recognise/recognise.ts';
import type { Role } from '../../servers/definition.ts';
import type { ProcessSample, Snapshot, Virtualenv } from '../../snapshot.ts';
import { unescaped } from './cgroup.ts';
import { directoryPhrase, type Evidence, evidenceOf } from './evidence.ts';
import { distinctNames, nameOfPath } from './names.ts';
import { type GroupRule, ruleFor } from './rules.ts';

/** The servers and processes of one project. */
export interface ProjectGroup {
  /** Stable from one snapshot to the next. */
  readonly id: string;
  /** Distinct among the groups of a snapshot. */
  readonly name: string;
  readonly directory: string | null;
  readonly virtualenv: Virtualenv | null;
  /** Why these are one project. */
  readonly evidence: string;
  /** In order of age, oldest first. */
  readonly servers: readonly RecognisedServer[];
  readonly processes: readonly ProcessSample[];
}

export interface Grouping {
  readonly projects: readonly ProjectGroup[];
  readonly system: readonly { readonly process: ProcessSample; readonly role: Role | null }[];
}

interface Place {
  readonly id: string;
  readonly name: string;
  readonly directory: string | null;
  readonly evidence: string;
}

interface Draft extends Place {
  readonly servers: RecognisedServer[];
  readonly processes: ProcessSample[];
}

/** Every process of the snapshot is in exactly one project, or in `system`. */
export function groupProcesses(
  snapshot: Snapshot,
  servers: readonly RecognisedServer[],
  rules: readonly GroupRule[] = [],
): Grouping {
  const groups = new Groups();
  const oldestFirst = servers.toSorted((a, b) => byAge(a.head, b.head) || (a.key < b.key ? -1 : 1));
  const system: { process: ProcessSample; role: Role | null }[] = [];
  const rest: RecognisedServer[] = [];
  // Servers with a directory come first: they decide whose a virtualenv is.
  for (const server of oldestFirst) {
    const place = ruledServer(server, rules) ?? (server.definition.category === 'app' ? directoryOf(server) : null);
    if (place === null) rest.push(server);
    else groups.addServer(place, server);
  }
  const supervisors: RecognisedServer[] = [];
  for (const server of rest) {
    if (server.definition.category === 'supervisor') supervisors.push(server);
    else if (server.definition.category === 'service') groups.addServer(serviceOf(server), server);
    else
      groups.addServer(
        groups.ofVirtualenv(virtualenvOf(server)) ?? besideVirtualenv(server) ?? withoutDirectory(server),
        server,
      );
  }
  placeLoose(snapshot, oldestFirst, groups, system, rules);
  // A supervisor is a project's own where it runs from that project's directory (honcho, foreman).
  for (const server of supervisors) {
    const evidence = evidenceOf(server.head.facts);
    const group = groups.ofDirectory(evidence) ?? groups.ofVirtualenv(certain(evidence.virtualenv));
    groups.addServer(group ?? serviceOf(server), server);
  }
  return { projects: groups.finish(), system };
}

/** Processes that are no server's: those that a marker gives a project, then those that join one. */
function placeLoose(
  snapshot: Snapshot,
  servers: readonly RecognisedServer[],
  groups: Groups,
  system: Grouping['system'][number][],
  rules: readonly GroupRule[],
): void {
  const owned = new Set(servers.flatMap((server) => server.processes.map(({ process }) => process.pid)));
  const waiting: ProcessSample[] = [];
  for (const process of inOrderOfAge(snapshot.processes)) {
    if (owned.has(process.pid)) continue;
    const ruled = rulePlace(ruleFor(process.facts, rules));
    if (ruled !== null && process.pid !== snapshot.self) {
      groups.addProcess(ruled, process);
      continue;
    }
    const evidence = evidenceOf(process.facts);
    if (!evidence.joins || process.pid === snapshot.self) system.push({ process, role: null });
    else if (evidence.directory !== null && evidence.marker !== null) {
      groups.addProcess(directoryPlace(evidence.directory, evidence), process);
    } else waiting.push(process);
  }
  // Those that a directory places come before those that a virtualenv does: they say whose it is.
  const homeless: ProcessSample[] = [];
  for (const process of waiting) {
    const place = groups.ofDirectory(evidenceOf(process.facts));
    if (place) groups.addProcess(place, process);
    else homeless.push(process);
  }
  for (const process of homeless) {
    const virtualenv = certain(process.facts.virtualenv);
    const place = groups.ofVirtualenv(virtualenv) ?? virtualenvPlace(virtualenv);
    if (place) groups.addProcess(place, process);
    else system.push({ process, role: null });
  }
}

class Groups {
  readonly #drafts = new Map<string, Draft>();
  /** The projects with a directory that use a virtualenv, by its path. */
  readonly #users = new Map<string, Set<Draft>>();

  addServer(place: Place, server: RecognisedServer): void {
    const draft = this.#draft(place);
    draft.servers.push(server);
    this.#use(draft, virtualenvOf(server));
  }

  addProcess(place: Place, process: ProcessSample): void {
    const draft = this.#draft(place);
    draft.processes.push(process);
    this.#use(draft, certain(process.facts.virtualenv));
  }

  /** The only project that uses this virtualenv; two projects in one virtualenv stay two, and neither gets more. */
  ofVirtualenv(virtualenv: Virtualenv | null): Place | null {
    const users = virtualenv === null ? undefined : this.#users.get(virtualenv.path);
    return users?.size === 1 ? ([...users][0] ?? null) : null;
  }

  /** The project there is already in such a process's directory. */
  ofDirectory(evidence: Evidence): Place | null {
    const { directory } = evidence;
    return directory === null ? null : (this.#drafts.get(directoryPlace(directory, evidence).id) ?? null);
  }

  finish(): readonly ProjectGroup[] {
    const drafts = [...this.#drafts.values()];
    const names = distinctNames(drafts);
    return drafts.map((draft) => ({
      ...draft,
      name: names.get(draft.id) ?? draft.name,
      virtualenv: projectVirtualenv(draft),
    }));
  }

  #draft(place: Place): Draft {
    let draft = this.#drafts.get(place.id);
    if (draft === undefined) {
      draft = { ...place, servers: [], processes: [] };
      this.#drafts.set(place.id, draft);
    }
    return draft;
  }

  #use(draft: Draft, virtualenv: Virtualenv | null): void {
    if (virtualenv === null || draft.directory === null) return;
    const users = this.#users.get(virtualenv.path);
    if (users) users.add(draft);
    else this.#users.set(virtualenv.path, new Set([draft]));
  }
}

/** Those of a server that run its project's code. */
function members({ processes }: RecognisedServer): readonly RecognisedProcess[] {
  return processes.filter(({ role }) => role !== 'helper');
}

/** What the user says comes before what is found. */
function ruledServer(server: RecognisedServer, rules: readonly GroupRule[]): Place | null {
  if (rules.length === 0) return null;
  for (const { process } of members(server)) {
    const place = rulePlace(ruleFor(process.facts, rules));
    if (place) return place;
  }
  return null;
}

function rulePlace(rule: GroupRule | null): Place | null {
  if (rule === null) return null;
  const { name } = rule;
  return { id: `rule:${name}`, name, directory: null, evidence: `a rule of the configuration file, ${name}` };
}

function directoryOf(server: RecognisedServer): Place | null {
  let plain: Place | null = null;
  // Pools may be of several projects: then the server is none of theirs.
  const several = (server.definition.pools?.(server).length ?? 0) > 1;
  for (const { process } of members(server)) {
    if (several && process !== server.head) continue;
    const evidence = evidenceOf(process.facts);
    if (evidence.directory === null) continue;
    const place = directoryPlace(evidence.directory, evidence);
    if (evidence.marker !== null) return place;
    plain ??= place;
  }
  return plain;
}

function directoryPlace(directory: string, evidence: Evidence): Place {
  const { container } = evidence;
  const id = container === null ? `dir:${directory}` : `dir:${container}:${directory}`;
  const where = container === null ? '' : `, in container ${container}`;
  return { id, name: nameOfPath(directory), directory, evidence: `${directoryPhrase(evidence)}${where}` };
}

/** A guess from the working directory says nothing that the directory does not say better. */
function certain(virtualenv: Virtualenv | null): Virtualenv | null {
  return virtualenv?.evidence === 'guess' ? null : virtualenv;
}

/** Its own, else that of what started it: a title may have wiped all traces but those of a shell or `uv run`. */
function virtualenvOf(server: RecognisedServer): Virtualenv | null {
  for (const { process } of [...members(server), ...server.processes]) {
    const virtualenv = certain(process.facts.virtualenv);
    if (virtualenv) return virtualenv;
  }
  return null;
}

function projectVirtualenv({ servers, processes }: Draft): Virtualenv | null {
  const heads = servers.filter(({ definition }) => definition.category === 'app');
  const all = [
    ...heads.flatMap((server) => [...members(server), ...server.processes].map(({ process }) => process)),
    ...processes,
  ];
  const found = all.flatMap(({ facts }) => facts.virtualenv ?? []);
  return found.find(certain) ?? found[0] ?? null;
}

function virtualenvPlace(virtualenv: Virtualenv | null): Place | null {
  if (virtualenv === null) return null;
  const { path, name } = virtualenv;
  return { id: `venv:${path}`, name, directory: null, evidence: `virtualenv ${path}` };
}

/** The directory that its virtualenv was made for. */
function besideVirtualenv(server: RecognisedServer): Place | null {
  for (const { process } of members(server)) {
    const { beside, virtualenv } = evidenceOf(process.facts);
    if (beside === null || virtualenv === null) continue;
    const { directory, marker } = beside;
    const has = marker === null ? '' : `, which has ${marker}`;
    const evidence = `virtualenv ${virtualenv.path}, made for ${directory}${has}`;
    return { ...directoryPlace(directory, evidenceOf(process.facts)), evidence };
  }
  return null;
}

/** An app's server of which no directory is known: mostly another user's, seen without root. */
function withoutDirectory(server: RecognisedServer): Place {
  const virtualenv = virtualenvPlace(virtualenvOf(server));
  if (virtualenv) return virtualenv;
  const { container, unit, user } = evidenceOf(server.head.facts);
  if (container !== null) {
    return { id: `container:${container}`, name: container, directory: null, evidence: `container ${container}` };
  }
  if (unit !== null) {
    const name = unescaped(unit.name.replace(/\.service$/, ''));
    return { id: `unit:${name}`, name, directory: null, evidence: `systemd unit ${unit.name}` };
  }
  const app = server.claim.app?.split(/[.:]/)[0];
  if (app) return { id: `app:${user}:${app}`, name: app, directory: null, evidence: `application ${app} of ${user}` };
  const { kind, label } = server.definition;
  return { id: `program:${kind}:${user}`, name: kind, directory: null, evidence: `${label} of ${user}` };
}

function serviceOf({ definition: { kind, label }, head }: RecognisedServer): Place {
  const { user } = evidenceOf(head.facts);
  // A service runs as root or as a user of its own name; by anybody else's it is told apart.
  const name = user === kind || user === 'root' ? kind : `${kind} (${user})`;
  return { id: `service:${kind}:${user}`, name, directory: null, evidence: `${label} of ${user}` };
}
