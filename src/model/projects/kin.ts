import type { ProcessSample } from '../../snapshot.ts';
import { evidenceOf } from './evidence.ts';
import type { Place } from './places.ts';

/** The places of processes by their parents and children: what a project's process starts belongs to the project. */
export class Kin {
  readonly #places = new Map<number, { readonly process: ProcessSample; readonly place: Place }>();
  readonly #children = new Map<number, ProcessSample[]>();

  constructor(processes: readonly ProcessSample[]) {
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
