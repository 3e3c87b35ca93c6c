import { givesBack } from './memory.ts';
import type { ProcessNode, Project, Server } from './model.ts';
import { sumKnown } from './rates.ts';
import { freedBy } from './scaling/next-to-stop.ts';

/** A figure of a row: null if unknown, undefined if rows of this kind have none. */
export type Figure = number | null | undefined;

/** Connections waiting for a server. Undefined if it listens nowhere, or serves no application. */
export function queueOf({ queue, listeners, definition }: Server): Figure {
  if (definition.category !== 'app' || (listeners !== null && listeners.length === 0)) return undefined;
  return queue;
}

/** Connections waiting for the servers of a project, as far as known. */
export function queueOfProject({ servers }: Project): Figure {
  const figures = servers.map(queueOf).filter((queue) => queue !== undefined);
  return figures.length === 0 ? undefined : sumKnown(figures);
}

/** Bytes freed by trimming one worker of a server. Undefined if none can be trimmed. */
export function freesOf(server: Server): Figure {
  const { scaling, workers } = server;
  return scaling.available && workers.current > workers.floor ? freedBy(server, 1) : undefined;
}

/** Bytes freed when a process ends. Undefined unless it is a worker. */
export function freesOfProcess({ role, memory }: ProcessNode): Figure {
  return role === 'worker' ? givesBack(memory) : undefined;
}
