import { sumMemory } from '../model/memory.ts';
import type { Model, ProcessNode, Project, Server } from '../model/model.ts';
import { sumKnown } from '../model/rates.ts';
import type { Row } from './row.ts';

/** Which processes are shown. */
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

/** The matching parts of a project, with their sums: all of it if its name matches. Null if nothing matches. */
export function filterProject(project: Project, filter: Filter, total: number): Project | null {
  const { text, user } = filter;
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0 && user === null) return project;
  const ofUser = (process: ProcessNode) => isOf(process, filter);
  const named = words.every((word) => matches(word, [project.name, project.directory, project.virtualenv?.name]));
  const servers = project.servers.flatMap((server) => filterServer(server, named ? [] : words, ofUser));
  const processes = project.processes.filter(
    (process) => ofUser(process) && (named || words.every((word) => matchesProcess(word, process))),
  );
  if (servers.length + processes.length === 0) return null;
  const whole = servers.length === project.servers.length && processes.length === project.processes.length;
  return whole ? project : { ...project, ...sumsOf([...servers, ...processes], total), servers, processes };
}

function sumsOf(parts: readonly Pick<Project, 'memory' | 'cpu'>[], total: number): Pick<Project, 'memory' | 'cpu'> {
  const memory = parts.map((part) => part.memory);
  return { memory: sumMemory(memory, total), cpu: sumKnown(parts.map(({ cpu }) => cpu)) };
}

/** A server is shown whole or not at all, since its figures are those of the whole. */
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

/**
 * The `system` group with only the processes that match; null if none does.
 * @param total the memory total in bytes
 */
export function filterSystem(system: Model['system'], filter: Filter, total: number): Model['system'] | null {
  const { text, user } = filter;
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0 && user === null) return system;
  const processes = system.processes.filter(
    (process) => isOf(process, filter) && words.every((word) => matchesProcess(word, process)),
  );
  return processes.length === 0 ? null : { ...sumsOf(processes, total), processes };
}

function matchesProcess(word: string, { pid, command, sample, role }: ProcessNode): boolean {
  return matches(word, [String(pid), command, sample.facts.user, sample.facts.comm, role]);
}

function matches(word: string, texts: readonly (string | null | undefined)[]): boolean {
  return texts.some((text) => text?.toLowerCase().includes(word));
}

/** Whether a row has a text in one of the places that a filter looks at. */
export function matchesRow(row: Row, text: string): boolean {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  switch (row.type) {
    case 'system':
      return words.every((word) => matches(word, ['system']));
    case 'project': {
      const { name, directory, virtualenv } = row.project;
      return words.every((word) => matches(word, [name, directory, virtualenv?.name]));
    }
    case 'server': {
      const { kind, app, bind } = row.server;
      return words.every((word) => matches(word, [kind, app, ...bind]));
    }
    case 'process':
      return words.every((word) => matchesProcess(word, row.process));
  }
}
