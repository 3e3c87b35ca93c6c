import type { Model, ProcessNode, Project, Server } from '../model/model.ts';

/** What is left of a model by a filter. */
export interface Filter {
  /** As typed; empty shows all. */
  readonly text: string;
  /** Only processes of this user; null shows all. */
  readonly user: string | null;
  /** That user's uid, for processes whose user's name the source does not know. */
  readonly uid?: number | null;
}

function isOf({ sample: { facts } }: ProcessNode, { user, uid }: Filter): boolean {
  if (user === null || facts.user === user) return true;
  return facts.user === null && facts.uid !== null && facts.uid === uid;
}

/** The parts of a project that match: all of it when its own name does. Null when nothing does. */
export function filterProject(project: Project, filter: Filter): Project | null {
  const { text, user } = filter;
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0 && user === null) return project;
  const ofUser = (process: ProcessNode) => isOf(process, filter);
  const named = words.every((word) => matches(word, [project.name, project.directory, project.virtualenv?.name]));
  const servers = project.servers.flatMap((server) => filterServer(server, named ? [] : words, ofUser));
  const processes = project.processes.filter(
    (process) => ofUser(process) && (named || words.every((word) => matchesProcess(word, process))),
  );
  return servers.length + processes.length === 0 ? null : { ...project, servers, processes };
}

/** A server is shown whole or not at all: its figures are those of the whole. */
function filterServer(
  server: Server,
  words: readonly string[],
  ofUser: (process: ProcessNode) => boolean,
): readonly Server[] {
  if (!server.processes.some(ofUser)) return [];
  const own = [server.kind, server.app, ...server.bind];
  const found = words.every(
    (word) => matches(word, own) || server.processes.some((process) => matchesProcess(word, process)),
  );
  return found ? [server] : [];
}

export function filterSystem(system: Model['system'], filter: Filter): Model['system'] | null {
  const { text, user } = filter;
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0 && user === null) return system;
  const processes = system.processes.filter(
    (process) => isOf(process, filter) && words.every((word) => matchesProcess(word, process)),
  );
  return processes.length === 0 ? null : { ...system, processes };
}

function matchesProcess(word: string, { pid, command, sample, role }: ProcessNode): boolean {
  return matches(word, [String(pid), command, sample.facts.user, sample.facts.comm, role]);
}

function matches(word: string, texts: readonly (string | null | undefined)[]): boolean {
  return texts.some((text) => text?.toLowerCase().includes(word));
}
