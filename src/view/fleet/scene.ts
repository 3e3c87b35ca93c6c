import type { FleetState } from '../../state/fleet/fleet-state.ts';
import type { Theme } from '../theme.ts';

/** What the list of machines is drawn from. */
export interface FleetScene {
  readonly state: FleetState;
  readonly theme: Theme;
}
