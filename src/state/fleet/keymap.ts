import { bindings, type Command } from '../keymap.ts';

/** A key of the list of machines. */
export interface FleetBinding {
  readonly command: Command;
  /** blessed's full names. */
  readonly keys: readonly string[];
  /** The keys as shown to users. */
  readonly label: string;
  readonly help: string;
  /** A word for the footer, and its rank. The highest rank is left out first. */
  readonly footer?: { readonly word: string; readonly rank: number };
}

interface Use {
  readonly command: Command;
  /** The help text, if it differs from the dashboard's. */
  readonly help?: string;
  readonly word?: string;
  readonly rank?: number;
}

/** The keys that the list of machines shares with the dashboard. */
const uses: readonly Use[] = [
  { command: 'details', help: 'open the machine: its projects and workers', word: 'open', rank: 1 },
  { command: 'refresh', help: 'read it now; connect to a lost machine again', word: 'refresh', rank: 4 },
  {
    command: 'filter',
    help: 'filter by name, project, or words such as lost, short, smaller',
    word: 'filter',
    rank: 5,
  },
  { command: 'sort', word: 'sort', rank: 6 },
  { command: 'reverse' },
  { command: 'up' },
  { command: 'down' },
  { command: 'page-up' },
  { command: 'page-down' },
  { command: 'top' },
  { command: 'bottom' },
  { command: 'redraw' },
  { command: 'suspend' },
  { command: 'escape', help: 'go back here from a machine; clear the filter' },
  { command: 'help', word: 'help', rank: 3 },
  { command: 'quit', word: 'quit', rank: 2 },
  { command: 'interrupt' },
];

/** All keys of the list of machines. Its help and its footer are made of them. */
export const fleetBindings: readonly FleetBinding[] = uses.flatMap(({ command, help, word, rank }) => {
  const binding = bindings.find((one) => one.command === command);
  if (binding === undefined) return [];
  const { keys, label } = binding;
  const footer = word === undefined || rank === undefined ? {} : { footer: { word, rank } };
  return [{ command, keys, label, help: help ?? binding.help, ...footer }];
});
