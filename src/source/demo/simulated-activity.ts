import type { Activity, ActivityKind, Doing, Wait } from '../../snapshot.ts';
import type { SimulatedProcess, SimulatedServer } from './simulated-server.ts';

/** Fraction of time in which a celery worker has a task. */
const TASK_SHARE = 0.1;

const database: Wait = { wait: 'net', port: 5432, local: false };
const cache: Wait = { wait: 'net', port: 6379, local: true };

/** What workers in use do, each with the cumulative fraction of cases. */
const uses: readonly (readonly [upTo: number, doing: Doing])[] = [
  [0.62, database],
  [0.74, cache],
  [1, 'cpu'],
];

/** What a worker does at a step; undefined for a process that serves neither requests nor tasks. */
export function activityOf(
  process: SimulatedProcess,
  { head, template, inUse }: SimulatedServer,
  step: number,
): Activity | undefined {
  if (process === head) return undefined;
  const rule = ruleOf(template.traffic !== null, process);
  if (rule === null) return undefined;
  const share = rule === 'tasks' ? TASK_SHARE : inUse;
  if (chance(step, process.pid) >= share) return { by: rule, doing: ['idle'] };
  const kind = chance(step + 0.5, process.pid);
  return { by: rule, doing: [uses.find(([upTo]) => kind < upTo)?.[1] ?? 'cpu'] };
}

function ruleOf(serves: boolean, { template }: SimulatedProcess): ActivityKind | null {
  if (serves) return 'process';
  return template.facts.argv[0]?.startsWith('[celeryd:') ? 'tasks' : null;
}

/**
 * A number from 0 to 1, the same for the same step and pid. It takes none of the random numbers of the rest of the
 * demo.
 */
function chance(step: number, pid: number): number {
  const value = Math.sin(step * 12.9898 + pid * 78.233) * 43758.5453;
  return value - Math.floor(value);
}
