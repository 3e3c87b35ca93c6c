import { allCommands, usageOf } from './commands.ts';
import { optionText, SUMMARY, TARGETS } from './help.ts';
import { optionHelps } from './options.ts';

/** Escapes text for roff: man(7), groff_char(7). */
function roff(text: string): string {
  return text
    .replace(/\\/g, '\\e')
    .replace(/-/g, '\\-')
    .replace(/^([.'])/gm, '\\&$1');
}

function bold(text: string): string {
  return `\\fB${roff(text)}\\fR`;
}

function italic(text: string): string {
  return `\\fI${roff(text)}\\fR`;
}

/** Marks words in capitals, which stand for the user's input: N|+N|-N, FILE. */
function synopsis(usage: string): string {
  return usage
    .split(' ')
    .map((word) => (/[A-Z]/.test(word) ? italic(word) : bold(word)))
    .join(' ');
}

/** A tagged paragraph. */
function entry(tag: string, text: string): string {
  return `.TP\n${tag}\n${roff(text)}`;
}

/**
 * The man page workertop.1.
 * @param version such as `0.1.0`
 */
export function manPage(version: string): string {
  const commands = allCommands.filter(({ name }) => name !== 'help' && name !== 'version');
  const options = optionHelps.map((option) => {
    const { short, long, value } = option;
    const operand = value === null ? '' : ` ${italic(value)}`;
    const names = [...(short === null ? [] : [`-${short}`]), `--${long}`].map((name) => `${bold(name)}${operand}`);
    return entry(names.join(', '), `${optionText(option)}.`);
  });
  return `${[
    `.TH WORKERTOP 1 "" ${JSON.stringify(`workertop ${version}`)} "User Commands"`,
    '.SH NAME',
    `workertop \\- ${roff(SUMMARY)}`,
    '.SH SYNOPSIS',
    ...commands.map((command) => `.P\n${synopsis(usageOf(command))} [${italic('options')}]`),
    '.SH DESCRIPTION',
    'workertop groups the processes of a server by project, server and worker, counts their memory so that the figures',
    'add up (PSS, not RSS), and adds or trims workers of a running server.',
    'If its output is not a terminal, it does what',
    `${bold('workertop list')} does.`,
    '.SH COMMANDS',
    ...commands.map((command) => entry(synopsis(usageOf(command)), `${command.help}.`)),
    '.P',
    ...TARGETS.map(roff),
    '.SH OPTIONS',
    ...options,
    '.SH EXIT STATUS',
    entry('0', 'Success.'),
    entry('1', 'Failure; one line on stderr gives the reason.'),
    entry('2', 'Wrong usage.'),
    entry('129, 130, 131, 143', 'Ended by the signal HUP, INT, QUIT or TERM.'),
    '.SH FILES',
    entry(
      italic('$XDG_CONFIG_HOME/workertop/config.toml'),
      'Defaults and rules for projects; workertop config prints it.',
    ),
    entry(italic('$XDG_STATE_HOME/workertop/actions.log'), 'The log of changes, readable by its owner only.'),
    '.SH ENVIRONMENT',
    entry(bold('NO_COLOR'), 'No colours if it is set and not empty.'),
    '.SH SEE ALSO',
    `${bold('ps')}(1), ${bold('htop')}(1), ${bold('proc')}(5)`,
  ].join('\n')}\n`;
}
