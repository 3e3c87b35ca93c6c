import type { ControlCommand } from '../../servers/definition.ts';
import type { Outcome } from '../outcome.ts';

/** What to do with the rights of a server's owner: sent to the helper process as JSON. */
export type Errand = {
  /** The server's head, and its start time in clock ticks since boot. */
  readonly pid: number;
  readonly startTicks: number;
} & (
  | { readonly kind: 'run'; readonly command: ControlCommand; readonly cwd: string | null }
  | { readonly kind: 'write'; readonly path: string; readonly text: string }
);

/** A message of the helper process. `checked`: it waits to be told to go on. `done`: how it ended. */
export type Report = { readonly type: 'checked' } | { readonly type: 'done'; readonly outcome: Outcome };

/** The answer to `checked`: the errand may take so many seconds. */
export interface GoOn {
  readonly seconds: number;
}

/** Does an errand. Never rejects. */
export type AsOwner = (errand: Errand) => Promise<Outcome>;
