import { givesBack } from './memory.ts';
import type { ProcessNode, Project, Server } from './model.ts';
import { sumKnown } from './rates.ts';
import { freedBy } from './scaling/next-to-stop.ts';

/** A figure of a row: null where it is not known, undefined where a row of this kind has none. */
export type Figure = number | null | undefined;

/** Connections that wait for a server. It has none where it listens nowhere, or serves no application. */
export function queueOf({ queue, listeners, definition }: Server): Figure {
  if (definition.category !== 'app' || (listeners !== null && listeners.length === 0)) return undefined;
  return queue;
}

/** Connections that wait for all servers of a project, of those that are known. */
export function queueOfProject({ servers }: Project): Figure {
  const figures = servers.map(queueOf).filter((queue) => queue !== undefined);
  return figures.length === 0 ? undefined : sumKnown(figures);
}

/** Bytes that trimming one worker of a server gives back. It has none where none can be trimmed. */
export function freesOf(server: Server): Figure {
  const { scaling, workers } = server;
  return scaling.available && workers.current > workers.floor ? freedBy(server, 1) : undefined;
}

/** Bytes that a process gives back when it ends. Only workers come and go. */
export function freesOfProcess({ role, memory }: ProcessNode): Figure {
  return role === 'worker' ? givesBack(memory) : undefined;
}
