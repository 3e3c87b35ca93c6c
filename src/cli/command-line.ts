import { parseArgs } from 'node:util';
import { nearest } from '../text/nearest.ts';
import { type Command, type CommandName, commandOf, infoOptions, namedCommands, usageOf } from './commands.ts';
import { areSeveral } from './machines.ts';
import { type SettingName, type Settings, settingNames, settings } from './settings.ts';
import { UsageError } from './usage-error.ts';

/** A parsed command line. */
export interface Invocation {
  readonly command: CommandName;
  readonly operands: readonly string[];
  /** The settings that its options give. */
  readonly given: Partial<Settings>;
}

type Given = { -readonly [Name in SettingName]?: Settings[Name] };

/** Settings by the long name of their option. */
const byOption: ReadonlyMap<string, SettingName> = new Map(
  settingNames.flatMap((name) => {
    const { option } = settings[name];
    return option === undefined ? [] : [[option.long, name] as const];
  }),
);

const longNames = [...byOption.keys(), ...infoOptions.map(({ long }) => long)];

/** The options as `parseArgs` of node:util takes them. */
const parseOptions = Object.fromEntries([
  ...[...byOption].map(([long, name]) => {
    const { value, short } = settings[name].option ?? {};
    const type = value === undefined ? ('boolean' as const) : ('string' as const);
    return [long, { type, ...(short === undefined ? {} : { short }) }] as const;
  }),
  ...infoOptions.map(({ long, short }) => [long, { type: 'boolean', short }] as const),
]);

/**
 * Parses a command line.
 * @throws UsageError for anything wrong with it
 */
export function parseCommandLine(argv: readonly string[]): Invocation {
  const words: string[] = [];
  const given: Given = {};
  let question: 'help' | 'version' | null = null;
  // Not strict: workertop words the errors itself.
  const { tokens } = parseArgs({
    args: [...argv],
    options: parseOptions,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  let last = -1;
  for (const token of tokens) {
    const word = argv[token.index] ?? '';
    if (token.kind === 'positional') words.push(token.value);
    // `-1` is an operand: one worker fewer. parseArgs makes two tokens of `-12`.
    else if (/^-\d+$/.test(word) && token.kind === 'option') {
      if (token.index !== last) words.push(word);
    } else if (token.kind === 'option') {
      const asked = infoOptions.find(({ long }) => long === token.name);
      if (asked) {
        expectKnown(token, word, false);
        question = question === 'help' ? 'help' : asked.command;
      } else setOption(token, word, given);
    }
    last = token.index;
  }
  if (question !== null) return { command: question, operands: [], given: {} };
  const [name, ...operands] = words;
  return { command: checked(commandNamed(name), operands, given).name, operands, given };
}

interface OptionToken {
  readonly name: string;
  /** The option as written, without its value. */
  readonly rawName: string;
  readonly value?: string | undefined;
  readonly inlineValue?: boolean | undefined;
}

function setOption(token: OptionToken, word: string, given: Given): void {
  const name = byOption.get(token.name);
  const option = name === undefined ? undefined : settings[name].option;
  expectKnown(token, word, option?.value !== undefined);
  if (name === undefined || option === undefined) return;
  if (option.value === undefined) {
    assign(given, name, option.off === true ? false : settings[name].kind.parse(''));
    return;
  }
  if (token.value === undefined) throw new UsageError(`--${option.long} needs a value: ${option.value}`);
  // `-d=2` means `-d 2`.
  const short = !token.rawName.startsWith('--') && token.inlineValue === true;
  const value = settings[name].kind.parse(short ? token.value.replace(/^=/, '') : token.value);
  const before = option.repeats === true ? given[name] : undefined;
  assign(given, name, Array.isArray(before) && Array.isArray(value) ? [...before, ...value] : value);
}

function assign(given: Given, name: SettingName, value: unknown): void {
  Object.assign(given, { [name]: value });
}

/** @throws UsageError for an unknown option, several short options in one word, or a switch with a value */
function expectKnown({ name, rawName, inlineValue }: OptionToken, word: string, takesValue: boolean): void {
  const known = longNames.includes(name) && rawName !== `-${name}`;
  const long = rawName.startsWith('--');
  if (!known || (!long && !takesValue && word.length > 2))
    throw new UsageError(unknownOption(word.replace(/=.*$/s, '')));
  if (!takesValue && inlineValue === true) throw new UsageError(`--${name} takes no value`);
}

function unknownOption(word: string): string {
  const meant = word.startsWith('--') ? nearest(word.slice(2), longNames) : null;
  return `unknown option ${word}: ${meant === null ? 'workertop --help lists them' : `did you mean --${meant}?`}`;
}

function commandNamed(name: string | undefined): Command {
  if (name === undefined) return commandOf('top');
  if (name === 'help' || name === 'version') return commandOf(name);
  const named = namedCommands.find((row) => row.name === name);
  if (named !== undefined) return named;
  const meant = nearest(
    name,
    namedCommands.map((row) => row.name),
  );
  throw new UsageError(
    `unknown command ${name}: ${meant === null ? 'workertop --help lists them' : `did you mean ${meant}?`}`,
  );
}

function checked(command: Command, operands: readonly string[], given: Given): Command {
  if (command.name === 'help' || command.name === 'version') return command;
  const needed = command.operands.filter(({ optional }) => optional !== true).length;
  if (operands.length < needed || operands.length > command.operands.length)
    throw new UsageError(`usage: ${usageOf(command)} [options]`);
  const foreign = settingNames.find((name) => name in given && !command.takes.includes(name));
  const where = command.name === 'top' ? 'the dashboard' : command.name;
  if (foreign !== undefined) throw new UsageError(`--${settings[foreign].option?.long} does not apply to ${where}`);
  if (areSeveral(given) && !command.takes.includes('hostsFile'))
    throw new UsageError(`${where} takes one machine: give --host once, without wildcards`);
  return command;
}
