import type { ServerDefinition } from '../servers/definition.ts';
import { programOf } from '../servers/kit/program.ts';
import type { ProcessSample } from '../snapshot.ts';
import { baseName } from '../text/base-name.ts';
import { byPid } from './process-table.ts';

/** Fewer children of the same program are no pool. */
const FEWEST_WORKERS = 2;

/** Of so many children the sockets are looked at. */
const MOST_LOOKED_AT = 4;

/** A server that nobody told us of: a master and children of the same program that share its listening socket. */
export const prefork: ServerDefinition = {
  kind: 'prefork',
  label: 'pre-forking server',
  configuredIn: 'unknown',
  category: 'app',
  claim: () => null,
  scaling: {
    method: 'none',
    refuse: ({ head, claim }) =>
      `What ${claim.app ?? head.facts.comm} does with TTIN and TTOU is not known, and they stop a process that does not handle them. Set its number of workers where it is configured.`,
  },
};

export interface PreforkGroup {
  readonly master: ProcessSample;
  readonly workers: readonly ProcessSample[];
  /** What it is called. */
  readonly name: string;
}

/** Masters and some of their children whose sockets would tell whether they are such servers. */
export function preforkCandidates(
  processes: readonly ProcessSample[],
  isKnown: (process: ProcessSample) => boolean,
): readonly number[] {
  return groups(processes, isKnown).flatMap(({ master, workers }) => [
    master.pid,
    ...workers.slice(0, MOST_LOOKED_AT).map(({ pid }) => pid),
  ]);
}

/** Those of which the sockets have told it. */
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
    // A worker that has children of its kind is a master of its own.
    if (workers.length < FEWEST_WORKERS) return [];
    const name = baseName(programOf(master.facts.argv).name ?? master.facts.comm);
    return [{ master, workers, name }];
  });
}

/** The same program: by its file where that may be read, and where an interpreter runs it by its script too. */
function alike(a: ProcessSample, b: ProcessSample): boolean {
  const { facts: one } = a;
  const { facts: other } = b;
  if (one.argv.length === 0 || a.state === 'Z') return false;
  if (one.exe !== other.exe) return false;
  const [first, second] = [programOf(one.argv), programOf(other.argv)];
  return first.interpreter === second.interpreter && (first.interpreter === null || first.script === second.script);
}
