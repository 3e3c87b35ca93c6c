import { type FleetOptions, type FleetState, initialFleet } from '../../src/state/fleet/fleet-state.ts';
import { type FleetAction, type FleetEffect, updateFleet } from '../../src/state/fleet/fleet-update.ts';
import type { MachineFigures } from '../../src/state/fleet/machine.ts';
import { GB } from './samples.ts';

/** When the first reading was. */
export const START = Date.UTC(2026, 10, 23, 3);

/** A machine of 2 GB and two cores with 1 GB used; a test states only what matters to it. */
export function machineFigures(options: Partial<MachineFigures> = {}): MachineFigures {
  return {
    at: START,
    uptime: 1000,
    name: 'vm',
    cores: 2,
    memory: { total: 2 * GB, used: GB, available: GB },
    swap: { total: GB, used: 0 },
    pressure: null,
    load: 0.5,
    cpu: 0.1,
    projects: ['shop'],
    workers: 3,
    queue: 0,
    ...options,
  };
}

/** A list of machines on which nothing has happened. */
export function fleetOf(hosts: readonly string[], options: Partial<FleetOptions> = {}): FleetState {
  return initialFleet(hosts, {
    columns: 80,
    lines: 24,
    theme: 'auto',
    ground: 'dark',
    now: START,
    sort: 'mem',
    filter: '',
    ...options,
  });
}

/** The state once these have happened. */
export function happened(state: FleetState, ...actions: readonly FleetAction[]): FleetState {
  return actions.reduce((current, action) => updateFleet(current, action)[0], state);
}

/** The state with a reading of a machine that is connected. */
export function read(state: FleetState, host: string, figures: Partial<MachineFigures> = {}): FleetState {
  const connected = { type: 'state', host, state: { type: 'connected', late: null } } as const;
  return happened(state, connected, { type: 'figures', host, figures: machineFigures(figures) });
}

/** A key by blessed's name. */
export function key(name: string): Extract<FleetAction, { type: 'key' }> {
  return { type: 'key', key: name, character: [...name].length === 1 ? name : null };
}

/** What the last of these keys asks for. */
export function effectsOfKeys(state: FleetState, ...names: readonly string[]): readonly FleetEffect[] {
  const last = names.at(-1) ?? '';
  return updateFleet(happened(state, ...names.slice(0, -1).map(key)), key(last))[1];
}
