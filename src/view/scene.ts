import type { Observations } from '../model/activity/observations.ts';
import type { HistoryReader } from '../model/history/history-reader.ts';
import type { AppState } from '../state/state.ts';
import type { Theme } from './theme.ts';

/** Everything that the screen is drawn from. */
export interface Scene {
  readonly state: AppState;
  readonly history: HistoryReader;
  /** How many workers were in use, for a week. */
  readonly observations: Observations;
  readonly theme: Theme;
}
