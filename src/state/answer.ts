import type { Effect } from './action.ts';
import { type Panel, table } from './mode.ts';
import type { NoticeLevel } from './notice.ts';
import { type AppState, isTuning } from './state.ts';

/** The state after a key, and the effects that it asks for. */
export type Answer = readonly [AppState, readonly Effect[]];

/** Opens a panel. */
export function withPanel(state: AppState, panel: Panel): AppState {
  return { ...state, mode: { type: 'panel', panel } };
}

/** Closes the panel. */
export function closed(state: AppState): AppState {
  return { ...state, mode: table };
}

/** Shows a notice in the message line. */
export function withNotice(state: AppState, level: NoticeLevel, text: string): AppState {
  return { ...state, notice: { level, text }, shown: null };
}

/** Shows a refusal. */
export function refuse(state: AppState, text: string): Answer {
  return [withNotice(state, 'warning', text), []];
}

export const READ_ONLY = 'workertop runs with --read-only: it sends no signals.';
export const REPLAYED = 'This is a recording: nothing can be changed.';

/** Why no signal may be sent at all; null if signals may be sent. */
export function readOnlyReason({ readOnly, replay }: AppState): string | null {
  if (replay !== null) return REPLAYED;
  return readOnly ? READ_ONLY : null;
}

/** Why workers are not changed during a guided run, which would mistake it for its own change; null without one. */
export function tuningReason(state: AppState): string | null {
  return isTuning(state) ? `${state.tuning?.project} is being tuned: T shows it, and Esc there stops it.` : null;
}
