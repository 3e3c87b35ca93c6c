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

/** A message of the helper process. `checked`: it waits for permission. `done`: the outcome. */
export type Report = { readonly type: 'checked' } | { readonly type: 'done'; readonly outcome: Outcome };

/** The permission, which answers `checked`: the errand may take this many seconds. */
export interface Permission {
  readonly seconds: number;
}

/** Does an errand. Never rejects. */
export type AsOwner = (errand: Errand) => Promise<Outcome>;
