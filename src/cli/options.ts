import { allCommands, type Command, infoOptions } from './commands.ts';
import { type SettingName, settingNames, settings } from './settings.ts';
import type { Completion, ValueKind } from './value-kinds.ts';

/** An option as `--help`, the README, the man page and the completions describe it. */
export interface OptionHelp {
  readonly long: string;
  readonly short: string | null;
  /** The name of its value; null for a switch. */
  readonly value: string | null;
  readonly help: string;
  readonly completion: Completion;
  /** The commands that take it. */
  readonly commands: readonly Command[];
}

function optionOf(name: SettingName): readonly OptionHelp[] {
  const { option, help, kind, initial } = settings[name];
  if (option === undefined) return [];
  // The default as the user would write it.
  const written = initial === null ? null : (kind as ValueKind<unknown>).toToml(initial);
  const usual = option.value === undefined || written === null || String(written) === '' ? '' : ` (${written})`;
  return [
    {
      long: option.long,
      short: option.short ?? null,
      value: option.value ?? null,
      help: `${option.help ?? help}${usual}`,
      completion: kind.completion,
      commands: allCommands.filter(({ takes }) => takes.includes(name)),
    },
  ];
}

/** Every option, in the order in which help and documentation list them. */
export const optionHelps: readonly OptionHelp[] = [
  ...settingNames.flatMap(optionOf),
  ...infoOptions.map(({ long, short, help }) => {
    return { long, short, value: null, help, completion: null, commands: allCommands };
  }),
];
