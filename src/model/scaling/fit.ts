import type { ProcessKey } from '../../snapshot.ts';
import type { HistoryReader as History } from '../history/history-reader.ts';
import { usage } from '../history/utilisation.ts';
import type { Model, Server } from '../model.ts';
import { freedBy, spareWorkers } from './next-to-stop.ts';

export interface Trim {
  readonly server: ProcessKey;
  readonly pid: number;
  readonly project: string;
  readonly from: number;
  readonly to: number;
  /** Bytes, a lower bound. */
  readonly frees: number;
  /** Fraction of its workers in use lately, 0 to 1; null if unknown. */
  readonly inUse: number | null;
}

export interface Fit {
  /** Trims of the least used servers first. */
  readonly trims: readonly Trim[];
  /** Host memory used as a fraction of the total, before and after the trims. */
  readonly before: number;
  readonly after: number;
  /** Whether the target is reached. If not, these are all possible trims. */
  readonly reachable: boolean;
}

/** Seconds over which utilisation is measured. */
const LATELY = 600;

/** Unused capacity is worth this fraction of used capacity; smaller differences in use do not count. */
const SPARE_VALUE = 0.05;

/** Most partial plans of the same number of trims that are kept. With more, the result may not be the very best. */
const MOST_PLANS = 200;

interface Candidate {
  readonly server: Server;
  readonly project: string;
  /** Bytes freed by the first n trims together, from n = 0. */
  readonly frees: readonly number[];
  /** Utilisation, 0 to 1. It is 1 if unknown or if connections wait: CPU use does not tell. */
  readonly used: number;
  readonly lately: number | null;
}

interface Plan {
  /** Trims of each candidate considered so far. */
  readonly counts: readonly number[];
  /** Bytes. */
  readonly frees: number;
  readonly loss: number;
}

/**
 * The smallest set of trims that brings host memory used to `target` (a fraction of the total) or below: the fewest,
 * and of those the set that loses the least capacity in use. Servers keep their floor. Servers that do not scale by
 * signals, or whose workers' own memory is unknown, are left alone.
 */
export function fit(model: Model, history: History, target: number): Fit {
  const { used, total } = model.host.memory;
  const wanted = used - target * total;
  const candidates = model.projects.flatMap(({ name, servers }) =>
    servers.flatMap((server) => candidateOf(server, name, history)),
  );
  const count = fewest(candidates, wanted);
  const chosen = count === null ? candidates.map(({ frees }) => frees.length - 1) : best(candidates, count, wanted);
  const trims = candidates
    .map((candidate, index) => ({ candidate, count: chosen[index] ?? 0 }))
    .filter((choice) => choice.count > 0)
    .sort((a, b) => a.candidate.used - b.candidate.used)
    .map((choice) => trimOf(choice.candidate, choice.count));
  const freed = trims.reduce((sum, { frees }) => sum + frees, 0);
  return { trims, before: used / total, after: (used - freed) / total, reachable: count !== null };
}

function candidateOf(server: Server, project: string, history: History): readonly Candidate[] {
  const frees = [0];
  for (let count = 1; count <= spareWorkers(server); count++) {
    const freed = freedBy(server, count);
    if (freed === null) break;
    frees.push(freed);
  }
  if (frees.length === 1) return [];
  const waiting = (server.queue ?? 0) > 0;
  const lately = usage(history, server.key, LATELY)?.share ?? null;
  return [{ server, project, frees, used: waiting ? 1 : (lately ?? 1), lately }];
}

function trimOf({ server, project, frees, lately }: Candidate, count: number): Trim {
  const { key, head, workers } = server;
  const from = workers.current;
  return { server: key, pid: head.pid, project, from, to: from - count, frees: frees[count] ?? 0, inUse: lately };
}

/** The smallest number of trims that frees `wanted` bytes; null if all of them do not. */
function fewest(candidates: readonly Candidate[], wanted: number): number | null {
  /** Most bytes that n trims can free, by n. */
  let most: readonly number[] = [0];
  for (const { frees } of candidates) {
    const next: number[] = [];
    most.forEach((freed, taken) => {
      frees.forEach((more, count) => {
        next[taken + count] = Math.max(next[taken + count] ?? 0, freed + more);
      });
    });
    most = next;
  }
  const count = most.findIndex((freed) => freed >= wanted);
  return count < 0 ? null : count;
}

/** The trims of each candidate: `count` in total, freeing `wanted` bytes with the least loss. */
function best(candidates: readonly Candidate[], count: number, wanted: number): readonly number[] {
  /** Partial plans worth continuing, by their number of trims. */
  let plans: readonly (readonly Plan[])[] = [[{ counts: [], frees: 0, loss: 0 }]];
  for (const candidate of candidates) {
    const next: Plan[][] = Array.from({ length: count + 1 }, () => []);
    plans.forEach((partial, taken) => {
      candidate.frees.forEach((more, taking) => {
        const loss = lossOf(candidate, taking);
        for (const plan of partial) {
          const extended = { counts: [...plan.counts, taking], frees: plan.frees + more, loss: plan.loss + loss };
          next[taken + taking]?.push(extended);
        }
      });
    });
    plans = next.map((partial) => worthwhile(partial, wanted));
  }
  return plans[count]?.findLast(({ frees }) => frees >= wanted)?.counts ?? [];
}

/** Drops plans that free no more than another and lose no less. Most freed first. */
function worthwhile(plans: readonly Plan[], wanted: number): readonly Plan[] {
  const enough = (plan: Plan) => Math.min(plan.frees, wanted);
  const sorted = plans.toSorted((a, b) => enough(b) - enough(a) || a.loss - b.loss);
  let least = Number.POSITIVE_INFINITY;
  const kept = sorted.filter(({ loss }) => {
    const better = loss < least;
    least = Math.min(least, loss);
    return better;
  });
  const every = Math.ceil(kept.length / MOST_PLANS);
  return kept.filter((_, index) => index % every === 0);
}

/** How much busier the remaining workers become. */
function lossOf({ server, used: share }: Candidate, count: number): number {
  return ((share + SPARE_VALUE) * count) / (server.workers.current - count);
}
