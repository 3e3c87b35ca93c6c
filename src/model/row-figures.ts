import { givesBack } from './memory.ts';
import type { Memory, ProcessNode, Project, Server, SystemGroup } from './model.ts';
import { sumKnown } from './rates.ts';
import { freedBy } from './scaling/next-to-stop.ts';
import { serversMeant } from './scaling/target.ts';

/** A figure of a row: null if unknown, undefined if rows of this kind have none. */
export type Figure = number | null | undefined;

/** What a row of the dashboard's table or of `list` stands for. */
export type RowSubject =
  | { readonly type: 'project'; readonly project: Project }
  | { readonly type: 'server'; readonly server: Server }
  | { readonly type: 'process'; readonly process: ProcessNode }
  | { readonly type: 'system'; readonly system: SystemGroup };

/** The figures that the dashboard and `list` both show in a row. */
export interface RowFigures {
  readonly memory: Memory;
  /** Workers that run. */
  readonly workers: number | undefined;
  /** Bytes that `-` on this row frees, or the end of a worker. */
  readonly frees: Figure;
  /** Whether `frees` was read from the kernel, not estimated. */
  readonly freesExact: boolean;
  /** Fraction of one core. */
  readonly cpu: number | null;
  /** Connections that wait for a worker. */
  readonly queue: Figure;
}

/** The figures of a row. */
export function rowFigures(subject: RowSubject): RowFigures {
  switch (subject.type) {
    case 'project':
      return ofProject(subject.project);
    case 'server':
      return ofServer(subject.server);
    case 'process': {
      const { memory, cpu } = subject.process;
      const frees = freesOfProcess(subject.process);
      return { memory, workers: undefined, frees, freesExact: memory.exact, cpu, queue: undefined };
    }
    case 'system': {
      const { memory, cpu } = subject.system;
      return { memory, workers: undefined, frees: undefined, freesExact: false, cpu, queue: undefined };
    }
  }
}

function ofProject(project: Project): RowFigures {
  const { memory, cpu, servers } = project;
  const count = servers.reduce((sum, { workers }) => sum + workers.current, 0);
  const targets = serversMeant(project);
  const [trimmed] = targets.length === 1 ? targets : [];
  return {
    memory,
    workers: count > 0 ? count : undefined,
    frees: trimmed && freesOf(trimmed),
    freesExact: trimmed?.memory.exact ?? false,
    cpu,
    queue: queueOfProject(project),
  };
}

function ofServer(server: Server): RowFigures {
  const { memory, cpu, workers } = server;
  return {
    memory,
    workers: workers.current > 0 ? workers.current : undefined,
    frees: freesOf(server),
    freesExact: memory.exact,
    cpu,
    queue: queueOf(server),
  };
}

function queueOf({ queue, listeners, definition }: Server): Figure {
  if (definition.category !== 'app' || (listeners !== null && listeners.length === 0)) return undefined;
  return queue;
}

/** Sums the queues that are known. */
function queueOfProject({ servers }: Project): Figure {
  const figures = servers.map(queueOf).filter((queue) => queue !== undefined);
  return figures.length === 0 ? undefined : sumKnown(figures);
}

function freesOf(server: Server): Figure {
  const { scaling, workers } = server;
  return scaling.available && workers.current > workers.floor ? freedBy(server, 1) : undefined;
}

function freesOfProcess({ role, memory }: ProcessNode): Figure {
  return role === 'worker' ? givesBack(memory) : undefined;
}
