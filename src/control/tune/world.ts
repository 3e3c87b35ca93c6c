import { findServer } from '../../model/lookup.ts';
import type { Model, Project, Server } from '../../model/model.ts';
import type { Refused } from '../../model/refused.ts';
import type { ProcessKey } from '../../snapshot.ts';
import type { Operation } from '../../state/operation.ts';
import type { TuneStep, TuneWatch } from '../../state/tuning.ts';
import type { Journal } from './journal.ts';

export interface TuneOptions {
  /** Share of requests that may wait, 0 to 1. */
  readonly wait: number;
  /** Seconds to watch each number of workers. */
  readonly watch: number;
  /** The fewest workers to go down to. */
  readonly fewest: number;
  /** Whether only to say what would be done. */
  readonly dryRun: boolean;
  /** Whether what was trimmed stays when the run is interrupted. */
  readonly keep: boolean;
}

/** What a guided run needs of the world. */
export interface TuneWorld {
  /** Waits until the next reading is due, and reads. */
  observe(): Promise<Model>;
  /**
   * Brings a server to a number of workers, through the same gate as a key press.
   * @param back whether it had as many before
   * @returns how that ended, or why it was refused
   */
  change(server: ProcessKey, target: number, back: boolean): Promise<Operation | Refused>;
  /** Called as each step begins. */
  say(text: string): void;
  /** Called with the observations at every reading. */
  watching(watch: TuneWatch): void;
  /** Called with each number of workers once it was watched. */
  watched(step: TuneStep): void;
  readonly journal: Journal;
  /** Aborted when the user ends the run: a trim not yet found good is put back. */
  readonly stop: AbortSignal;
}

/** A server, with the reading that it was seen in. */
export interface Found {
  readonly model: Model;
  readonly project: Project;
  readonly server: Server;
}

/** A guided run cannot be done; the message is a sentence. */
export class TuneRefusal extends Error {
  override readonly name = 'TuneRefusal';
}

/** The server with this identity in a reading; null if it has ended. */
export function findIn(model: Model, key: ProcessKey): Found | null {
  const found = findServer(model, key);
  return found && { model, ...found };
}

/** The server at the next reading. @throws TuneRefusal if it has ended */
export async function look(key: ProcessKey, world: TuneWorld): Promise<Found> {
  const found = findIn(await world.observe(), key);
  if (found === null) throw new TuneRefusal('Its master has ended.');
  return found;
}
