import type { ProcessKey } from '../snapshot.ts';
import type { Model, ProcessNode, Project, Server } from './model.ts';

export interface FoundServer {
  readonly server: Server;
  readonly project: Project;
}

/** The server with this identity; null if it is gone. */
export function findServer(model: Model | null, key: ProcessKey): FoundServer | null {
  for (const project of model?.projects ?? []) {
    const server = project.servers.find((candidate) => candidate.key === key);
    if (server) return { server, project };
  }
  return null;
}

export interface FoundProcess {
  readonly process: ProcessNode;
  /** The server that it belongs to. */
  readonly server: Server | null;
}

/** The process with this identity; null if it is gone. */
export function findProcess(model: Model | null, key: ProcessKey): FoundProcess | null {
  if (model === null) return null;
  for (const server of model.projects.flatMap(({ servers }) => servers)) {
    const process = server.processes.find((candidate) => candidate.key === key);
    if (process) return { process, server };
  }
  const process = [model.system, ...model.projects]
    .flatMap(({ processes }) => processes)
    .find((candidate) => candidate.key === key);
  return process ? { process, server: null } : null;
}
