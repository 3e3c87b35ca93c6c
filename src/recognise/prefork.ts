import type { ServerDefinition } from '../servers/definition.ts';
import { programOf } from '../servers/kit/program.ts';
import type { ProcessSample } from '../snapshot.ts';
import { baseName } from '../text/base-name.ts';
import { byPid } from './process-table.ts';

/** A pool has at least this number of children of the same program. */
const FEWEST_WORKERS = 2;

/** The sockets of at most this number of children are read. */
const MOST_LOOKED_AT = 4;

/** An unknown prefork server: a master and children of the same program that share its listening socket. */
export const prefork: ServerDefinition = {
  kind: 'prefork',
  label: 'pre-forking server',
  configuredIn: 'unknown',
  category: 'app',
  claim: () => null,
  scaling: {
    method: 'none',
    refuse: ({ head, claim }) =>
      `workertop does not know what ${claim.app ?? head.facts.comm} does on TTIN and TTOU: they stop a process that does not handle them. Set the number of workers in its configuration.`,
  },
};

export interface PreforkGroup {
  readonly master: ProcessSample;
  readonly workers: readonly ProcessSample[];
  /** The name that the group is shown under. */
  readonly name: string;
}

/** Masters, each with some of its children, whose sockets tell whether they are a prefork server. */
export function preforkCandidates(
  processes: readonly ProcessSample[],
  isKnown: (process: ProcessSample) => boolean,
): readonly number[] {
  return groups(processes, isKnown).flatMap(({ master, workers }) => [
    master.pid,
    ...workers.slice(0, MOST_LOOKED_AT).map(({ pid }) => pid),
  ]);
}

/** The candidates that share a listening socket. */
export function preforkGroups(
  processes: readonly ProcessSample[],
  isKnown: (process: ProcessSample) => boolean,
): readonly PreforkGroup[] {
  return groups(processes, isKnown).filter(({ master, workers }) => {
    const listening = new Set((master.listeners ?? []).map(({ inode }) => inode));
    const sharing = workers.filter(({ listeners }) => listeners?.some(({ inode }) => listening.has(inode)));
    return sharing.length >= FEWEST_WORKERS;
  });
}

function groups(
  processes: readonly ProcessSample[],
  isKnown: (process: ProcessSample) => boolean,
): readonly PreforkGroup[] {
  const table = byPid(processes);
  const children = new Map<ProcessSample, ProcessSample[]>();
  for (const process of processes) {
    const parent = table.get(process.ppid);
    if (parent === undefined || parent.pid <= 1 || isKnown(process) || isKnown(parent) || !alike(process, parent))
      continue;
    const siblings = children.get(parent);
    if (siblings) siblings.push(process);
    else children.set(parent, [process]);
  }
  return [...children].flatMap(([master, workers]) => {
    // A worker that has children of its own kind is a master itself.
    if (workers.length < FEWEST_WORKERS) return [];
    const name = baseName(programOf(master.facts.argv).name ?? master.facts.comm);
    return [{ master, workers, name }];
  });
}

/**
 * Whether two processes run the same program: the same executable if readable, and the same script if it is an
 * interpreter.
 */
function alike(a: ProcessSample, b: ProcessSample): boolean {
  if (a.facts.argv.length === 0 || a.state === 'Z') return false;
  if (a.facts.exe !== b.facts.exe) return false;
  const [first, second] = [programOf(a.facts.argv), programOf(b.facts.argv)];
  return first.interpreter === second.interpreter && (first.interpreter === null || first.script === second.script);
}
