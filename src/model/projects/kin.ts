import { byPid } from '../../recognise/process-table.ts';
import { isWrapper } from '../../recognise/wrappers.ts';
import type { ProcessSample } from '../../snapshot.ts';
import { evidenceOf } from './evidence.ts';
import type { Place } from './places.ts';

/** Most generations of shells that are looked through. */
const MOST_GENERATIONS = 20;

/** The places of processes by their parents and children: what a project's process starts belongs to the project. */
export class Kin {
  readonly #places = new Map<number, { readonly process: ProcessSample; readonly place: Place }>();
  readonly #children = new Map<number, ProcessSample[]>();
  readonly #byPid: ReadonlyMap<number, ProcessSample>;

  constructor(processes: readonly ProcessSample[]) {
    this.#byPid = byPid(processes);
    for (const process of processes) {
      const siblings = this.#children.get(process.ppid);
      if (siblings) siblings.push(process);
      else this.#children.set(process.ppid, [process]);
    }
  }

  /** Remembers where a process was placed. */
  note(process: ProcessSample, place: Place): void {
    this.#places.set(process.pid, { process, place });
  }

  /** The place of a process's parent: a browser that a script drives. Null if it is in another container or unit. */
  ofParent(process: ProcessSample): Place | null {
    const parent = this.#places.get(process.ppid);
    if (parent === undefined || process.ppid <= 1 || !evidenceOf(process.facts).canFollow) return null;
    return isTogether(parent.process, process) ? parent.place : null;
  }

  /** Whether nothing but shells and their like started this process: they say little about what it is. */
  isStartedByHand({ ppid }: ProcessSample): boolean {
    let parent = this.#byPid.get(ppid);
    for (let generation = 0; generation < MOST_GENERATIONS && parent && isWrapper(parent.facts); generation++)
      parent = this.#byPid.get(parent.ppid);
    return parent === undefined || !this.#places.has(parent.pid);
  }

  /** The place of the only process that this one has started. */
  ofOnlyChild(process: ProcessSample): Place | null {
    const [child, ...more] = this.#children.get(process.pid) ?? [];
    if (child === undefined || more.length > 0 || process.pid <= 1) return null;
    return isTogether(process, child) ? (this.#places.get(child.pid)?.place ?? null) : null;
  }
}

function isTogether(one: ProcessSample, other: ProcessSample): boolean {
  const [here, there] = [evidenceOf(one.facts), evidenceOf(other.facts)];
  return here.container === there.container && here.unit?.name === there.unit?.name;
}
