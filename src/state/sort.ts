import type { History } from '../model/history/history.ts';
import type { Memory, ProcessNode, Project, Server } from '../model/model.ts';
import type { RowId } from './row.ts';

/** What the table can be sorted by: the one list of it. */
export const sortKeys = {
  mem: 'memory',
  share: 'share of memory',
  frees: 'what ending it frees',
  swap: 'swapped memory',
  cpu: 'CPU',
  workers: 'number of workers',
  queue: 'connections waiting',
  trend: 'growth',
  name: 'name',
} as const;

export type SortKey = keyof typeof sortKeys;

/** In the order in which they are offered. */
export const sortNames = Object.keys(sortKeys) as SortKey[];

export function isSortKey(text: string): text is SortKey {
  return Object.hasOwn(sortKeys, text);
}

/** What is sorted: a project, a server or a process, by its figures. */
export interface Sortable {
  readonly id: RowId;
  readonly name: string;
  readonly memory: Memory;
  readonly cpu: number | null;
  readonly workers: number;
  readonly queue: number | null;
}

export function ofProject(project: Project): Sortable {
  const { servers } = project;
  return {
    id: `project:${project.id}`,
    name: project.name,
    memory: project.memory,
    cpu: project.cpu,
    workers: servers.reduce((sum, { workers }) => sum + workers.current, 0),
    queue: servers.reduce<number | null>((sum, { queue }) => (queue === null ? sum : (sum ?? 0) + queue), null),
  };
}

export function ofServer(server: Server): Sortable {
  const { key, kind, memory, cpu, workers, queue } = server;
  return { id: `server:${key}`, name: kind, memory, cpu, workers: workers.current, queue };
}

export function ofProcess({ key, command, memory, cpu }: ProcessNode): Sortable {
  return { id: `process:${key}`, name: command, memory, cpu, workers: 0, queue: null };
}

/** The largest first, and names from A to Z; what is unknown comes last. */
export function sorted<Thing>(
  things: readonly Thing[],
  describe: (thing: Thing) => Sortable,
  key: SortKey,
  reverse: boolean,
  history: History,
): readonly Thing[] {
  const direction = reverse ? -1 : 1;
  const described = things.map((thing) => ({ thing, described: describe(thing) }));
  described.sort(({ described: a }, { described: b }) => {
    const order = key === 'name' ? a.name.localeCompare(b.name) : figure(b, key, history) - figure(a, key, history);
    return order * direction || (a.id < b.id ? -1 : 1);
  });
  return described.map(({ thing }) => thing);
}

/** Less than anything that is known. */
const UNKNOWN = -1e300;

function figure(
  { id, memory, cpu, workers, queue }: Sortable,
  key: Exclude<SortKey, 'name'>,
  history: History,
): number {
  switch (key) {
    case 'mem':
    case 'share':
      return memory.counted ?? UNKNOWN;
    case 'frees':
      return memory.frees ?? UNKNOWN;
    case 'swap':
      return memory.swap ?? UNKNOWN;
    case 'cpu':
      // As shown: smaller differences would make the rows change places for nothing.
      return cpu === null ? UNKNOWN : Math.round(cpu * 1000);
    case 'workers':
      return workers;
    case 'queue':
      return queue ?? UNKNOWN;
    case 'trend':
      return history.trend(id)?.perHour ?? UNKNOWN;
  }
}
