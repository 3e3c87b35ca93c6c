import { commandOf, namedCommands, usageOf } from './commands.ts';
import { type OptionHelp, optionHelps } from './options.ts';

/** What workertop is, in one line. */
export const SUMMARY = 'see which web project and worker takes the memory of this server, and trim it';

/** The forms of TARGET that `scale` takes. */
export const TARGETS = [
  'TARGET is a pid of a master, a project, or project:server, such as shop:gunicorn;',
  'an app of pm2 is also named by project:app.',
] as const;

export const EXIT_CODES = 'Exit codes: 0 success; 1 failure; 2 wrong usage; 130, 143, 129 ended by a signal.';

/** An option that at most this number of commands take names them. */
const FEW = 2;

/** The help of an option, with its commands if they are few. */
export function optionText({ help, commands }: OptionHelp): string {
  const names = commands.map(({ name }) => (name === 'top' ? 'dashboard' : name));
  return names.length <= FEW ? `(${names.join(', ')}) ${help}` : help;
}

/** The text of `--help`. */
export function helpText(): string {
  const commands = [
    { usage: 'workertop [options]', help: commandOf('top').help },
    ...namedCommands.map((command) => ({ usage: usageOf(command), help: command.help })),
  ];
  const options = optionHelps.map((option) => {
    const { short, long, value } = option;
    const name = `${short === null ? '    ' : `-${short}, `}--${long}${value === null ? '' : ` ${value}`}`;
    return `  ${name.padEnd(26)}${optionText(option)}`;
  });
  return [
    `workertop: ${SUMMARY}`,
    '',
    ...commands.map(({ usage, help }) => `  ${usage.padEnd(42)}${help}`),
    '',
    ...TARGETS.map((line) => `  ${line}`),
    '',
    ...options,
    '',
    EXIT_CODES,
    '',
  ].join('\n');
}
