import type { ControlCommand } from '../../servers/definition.ts';
import type { Outcome } from '../outcome.ts';

/** What is to be done with the rights of a server's owner: sent to the helper process as JSON. */
export type Errand = {
  /** The process that the server is known by, and when it started, in clock ticks since boot. */
  readonly pid: number;
  readonly startTicks: number;
} & (
  | { readonly kind: 'run'; readonly command: ControlCommand; readonly cwd: string | null }
  | { readonly kind: 'write'; readonly path: string; readonly text: string }
);

/** What the helper process tells: that all was checked, for which it waits to be told to go on, and then how it ended. */
export type Report = { readonly type: 'checked' } | { readonly type: 'done'; readonly outcome: Outcome };

/** Does an errand. Never rejects. */
export type AsOwner = (errand: Errand) => Promise<Outcome>;
