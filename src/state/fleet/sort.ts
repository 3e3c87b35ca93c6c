import { steady } from '../order.ts';
import type { SortKey } from '../sort.ts';
import type { Machine } from './machine.ts';
import { verdictOf } from './verdict.ts';

/** What machines can be sorted by. */
export const machineSortKeys = {
  mem: 'share of memory used',
  swap: 'swapped memory',
  cpu: 'CPU',
  workers: 'number of workers',
  queue: 'connections waiting',
  verdict: 'short of memory, lost, could be smaller',
  name: 'name',
} as const;

export type MachineSortKey = keyof typeof machineSortKeys;

/** The sort keys in the order of the menu. */
export const machineSortNames = Object.keys(machineSortKeys) as MachineSortKey[];

/** The sort key for machines that is closest to one for projects. */
export function machineSortFor(key: SortKey): MachineSortKey {
  return machineSortNames.find((name) => name === key) ?? 'mem';
}

/**
 * The smallest difference that moves a row: fraction of memory, bytes, fraction of cores, workers, connections, rank.
 */
const LEAST: Readonly<Record<Exclude<MachineSortKey, 'name'>, number>> = {
  mem: 0.02,
  swap: 16 * 1024 * 1024,
  cpu: 0.1,
  workers: 1,
  queue: 1,
  verdict: 1,
};

/**
 * Sorts machines: the largest first, names from A to Z, unknown figures last. Equal machines keep the order of the
 * command line. Small differences do not change the previous order.
 * @param before hosts in their previous order
 */
export function sortedMachines(
  machines: readonly Machine[],
  key: MachineSortKey,
  reverse: boolean,
  before: readonly string[],
): readonly Machine[] {
  const direction = reverse ? -1 : 1;
  if (key === 'name') return machines.toSorted((a, b) => a.host.localeCompare(b.host) * direction);
  const ranks = new Map(before.map((host, rank) => [host, rank]));
  const exceedsBy = (least: number) => (machine: Machine, other: Machine) =>
    isAbove(figureOf(machine, key), figureOf(other, key), direction, least);
  return steady(machines, ({ host }) => ranks.get(host), exceedsBy(LEAST[key]), exceedsBy(Number.MIN_VALUE));
}

function isAbove(figure: number | null, other: number | null, direction: 1 | -1, least: number): boolean {
  if (figure === null || other === null) return figure !== null;
  return (figure - other) * direction >= least;
}

function figureOf(machine: Machine, key: Exclude<MachineSortKey, 'name'>): number | null {
  const { figures, state } = machine;
  if (key === 'verdict') {
    const kind = verdictOf(machine)?.kind;
    return kind === 'short' ? 3 : state.type === 'lost' ? 2 : kind === 'smaller' ? 1 : 0;
  }
  if (figures === null || state.type === 'lost') return null;
  switch (key) {
    case 'mem':
      return figures.memory.used / Math.max(1, figures.memory.total);
    case 'swap':
      return figures.swap.used;
    case 'cpu':
      return figures.cpu;
    case 'workers':
      return figures.workers;
    case 'queue':
      return figures.queue;
  }
}
