import type { HistoryReader } from '../model/history/history-reader.ts';
import type { Memory, ProcessNode, Project, Server } from '../model/model.ts';
import { type Order, settle } from './order.ts';
import type { RowId } from './row.ts';

/** Every key that the table can be sorted by. */
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

/** Whether a text is a sort key. */
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

/** The figures that a project is sorted by. */
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

/** The figures that a server is sorted by. */
export function ofServer(server: Server): Sortable {
  const { key, kind, memory, cpu, workers, queue } = server;
  return { id: `server:${key}`, name: kind, memory, cpu, workers: workers.current, queue };
}

/** The figures that a process is sorted by. */
export function ofProcess({ key, command, memory, cpu }: ProcessNode): Sortable {
  return { id: `process:${key}`, name: command, memory, cpu, workers: 0, queue: null };
}

/** How rows are put in order. */
export interface Sorting {
  readonly key: SortKey;
  readonly reverse: boolean;
  readonly order: Order;
  /** Seconds since boot of the reading that is sorted. */
  readonly uptime: number;
  readonly history: HistoryReader;
  /** Receives which rows want to move up, for the next reading. */
  readonly wishes: Set<string>;
}

/**
 * Sorts the largest first, names from A to Z, and unknown figures last. Things keep their earlier order while their
 * figures hardly differ, and just after a key.
 */
export function sorted<Thing>(
  things: readonly Thing[],
  describe: (thing: Thing) => Sortable,
  sorting: Sorting,
): readonly Thing[] {
  const { key, order, uptime } = sorting;
  const direction = sorting.reverse ? -1 : 1;
  const described = things.map((thing) => {
    const about = describe(thing);
    return { thing, about, figure: key === 'name' ? 0 : figureOf(about, key, sorting) };
  });
  type Described = (typeof described)[number];
  const compare = (a: Described, b: Described) => {
    const by = key === 'name' ? a.about.name.localeCompare(b.about.name) : b.figure - a.figure;
    return by * direction || (a.about.id < b.about.id ? -1 : 1);
  };
  described.sort(compare);
  if (key !== 'name' && order.ranks.size > 0) {
    const least = LEAST_DIFFERENCE[key];
    const exceeds = (a: Described, b: Described) =>
      a.figure !== UNKNOWN && b.figure !== UNKNOWN && isClear((a.figure - b.figure) * direction, b.figure, least);
    const isHeld = uptime < order.heldUntil;
    return settle(described, ({ about }) => about.id, order, isHeld, sorting.wishes, exceeds, compare).map(
      ({ thing }) => thing,
    );
  }
  return described.map(({ thing }) => thing);
}

/** Sorts below every known figure. */
const UNKNOWN = -1e300;

/** Fraction of the figure. Rows whose figures differ by less keep their places. */
const CLEARLY = 0.05;

/** The least difference that moves a row: bytes, cores, workers, connections, bytes per hour. */
const LEAST_DIFFERENCE: Readonly<Record<Exclude<SortKey, 'name'>, number>> = {
  mem: 1024 * 1024,
  share: 1024 * 1024,
  frees: 1024 * 1024,
  swap: 1024 * 1024,
  cpu: 0.01,
  workers: 0,
  queue: 0,
  trend: 1024 * 1024,
};

function isClear(difference: number, from: number, least: number): boolean {
  return difference > 0 && difference >= least && difference >= (least === 0 ? 0 : CLEARLY * Math.abs(from));
}

function figureOf(about: Sortable, key: Exclude<SortKey, 'name'>, { history }: Sorting): number {
  const { id, memory, cpu, workers, queue } = about;
  switch (key) {
    case 'mem':
    case 'share':
      return memory.counted ?? UNKNOWN;
    case 'frees':
      return memory.frees ?? UNKNOWN;
    case 'swap':
      return memory.swap ?? UNKNOWN;
    case 'cpu':
      // CPU times count in ticks of 10 ms: over one reading an idle process has none or one.
      return history.recent(id, 'cpu') ?? cpu ?? UNKNOWN;
    case 'workers':
      return workers;
    case 'queue':
      return queue ?? UNKNOWN;
    case 'trend':
      return history.trend(id)?.perHour ?? UNKNOWN;
  }
}
