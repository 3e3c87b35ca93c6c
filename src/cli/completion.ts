import { type Command, commandOf, namedCommands, shells } from './commands.ts';
import { type OptionHelp, optionHelps } from './options.ts';
import { UsageError } from './usage-error.ts';
import type { Completion } from './value-kinds.ts';

const makers: Readonly<Record<(typeof shells)[number], () => string>> = { bash, zsh, fish };

/**
 * A shell's completion script.
 * @throws UsageError for an unknown shell
 */
export function completion(shell: string): string {
  const name = shells.find((known) => known === shell);
  if (name === undefined) throw new UsageError(`unknown shell ${shell}: use one of ${shells.join(', ')}`);
  return makers[name]();
}

const commandNames = namedCommands.map(({ name }) => name);
const withValue = optionHelps.filter(({ value }) => value !== null);

function optionsOf(command: Command): readonly OptionHelp[] {
  return optionHelps.filter(({ commands }) => commands.includes(command));
}

/** All spellings of an option. */
function spellings({ long, short }: OptionHelp): readonly string[] {
  return short === null ? [`--${long}`] : [`-${short}`, `--${long}`];
}

/** Quotes a text as one word of a shell. */
function quoted(text: string): string {
  return `'${text.replace(/'/g, `'\\''`)}'`;
}

// https://www.gnu.org/software/bash/manual/html_node/Programmable-Completion-Builtins.html
const compgen = { file: 'compgen -f', directory: 'compgen -d', user: 'compgen -u' } as const;

function bashReply(what: Completion): string {
  if (what === null) return 'return';
  const generator = typeof what === 'string' ? compgen[what] : `compgen -W ${quoted(what.join(' '))}`;
  return `COMPREPLY=($(${generator} -- "$cur")); return`;
}

/** For bash 3.2 and newer. It does not need the package bash-completion. */
function bash(): string {
  const values = withValue.map((option) => `    ${spellings(option).join('|')}) ${bashReply(option.completion)} ;;`);
  const options = [commandOf('top'), ...namedCommands].map((command) => {
    const names = optionsOf(command).map(({ long }) => `--${long}`);
    return `    ${command.name === 'top' ? "''" : command.name}) options='${names.join(' ')}' ;;`;
  });
  const operands = namedCommands.flatMap(({ name, operands }) =>
    operands.map(({ completion }, index) => `    ${name}:${index}) ${bashReply(completion)} ;;`),
  );
  return `# Completions of workertop for bash: source <(workertop completion bash)
_workertop() {
  local IFS=$' \\n' cur=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD - 1]}
  local command='' operands=0 options='' word index
  COMPREPLY=()
  # bash makes a word of each = in --sort=mem.
  [[ $cur == = ]] && cur=''
  [[ $previous == = ]] && previous=\${COMP_WORDS[COMP_CWORD - 2]}
  case $previous in
${values.join('\n')}
  esac
  for ((index = 1; index < COMP_CWORD; index++)); do
    word=\${COMP_WORDS[index]}
    case $word in
      ${withValue.flatMap(spellings).join('|')})
        [[ \${COMP_WORDS[index + 1]} == = ]] && ((index += 1))
        ((index += 1))
        ;;
      -[!0-9]*) ;;
      *) if [[ -z $command ]]; then command=$word; else ((operands += 1)); fi ;;
    esac
  done
  case $command in
${options.join('\n')}
  esac
  if [[ $cur == -* && ! $cur =~ ^-[0-9] ]]; then
    COMPREPLY=($(compgen -W "$options" -- "$cur"))
    return
  fi
  case $command:$operands in
    :*) COMPREPLY=($(compgen -W '${commandNames.join(' ')}' -- "$cur")); return ;;
${operands.join('\n')}
  esac
}
complete -o filenames -F _workertop workertop
`;
}

// https://zsh.sourceforge.io/Doc/Release/Completion-System.html, _arguments
const zshActions = { file: '_files', directory: '_files -/', user: '_users' } as const;

function zshAction(what: Completion): string {
  if (what === null) return ' ';
  return typeof what === 'string' ? zshActions[what] : `(${what.join(' ')})`;
}

function zshText(text: string): string {
  return text.replace(/[\\:[\]]/g, '\\$&');
}

function zshOption(option: OptionHelp): string {
  const { short, long, value, help } = option;
  // A long option may have its value after `=`.
  const spec = `--${long}${value === null ? '' : '='}`;
  const names = short === null ? quoted(spec) : `${quoted(`(-${short} --${long})`)}{-${short},${spec}}`;
  return `${names}${quoted(`[${zshText(help)}]${value === null ? '' : `:${value}:${zshAction(option.completion)}`}`)}`;
}

function zsh(): string {
  const row = (command: Command, rest: readonly string[]) => {
    const name = command.name === 'top' ? "''" : command.name;
    const lines = [...optionsOf(command).map(zshOption), ...rest].map((line) => ` \\\n        ${line}`);
    return `    ${name})\n      _arguments -s${lines.join('')}\n      ;;`;
  };
  const commands = namedCommands.map(({ name, help }) => `${name}\\:${quoted(zshText(help)).replace(/^'|'$/g, '"')}`);
  const rows = namedCommands.map((command) => {
    const operands = command.operands.map(({ name, completion }, index) =>
      quoted(`${index + 2}:${name}:${zshAction(completion)}`),
    );
    return row(command, [quoted(`1: :(${command.name})`), ...operands]);
  });
  return `#compdef workertop
# Completions of workertop for zsh: source <(workertop completion zsh)
_workertop() {
  local word command=''
  for word in \${words[2,CURRENT-1]}; do
    if [[ $word == (${commandNames.join('|')}) ]]; then
      command=$word
      break
    fi
  done
  case $command in
${row(commandOf('top'), [quoted(`1:command:((${commands.join(' ')}))`)])}
${rows.join('\n')}
  esac
}
if [[ \${funcstack[1]} == _workertop ]]; then
  _workertop "$@"
else
  compdef _workertop workertop
fi
`;
}

// https://fishshell.com/docs/current/cmds/complete.html
const fishWords = {
  file: '(__fish_complete_path (commandline -ct))',
  directory: '(__fish_complete_directories (commandline -ct))',
  user: '(__fish_complete_users)',
} as const;

function fishArguments(what: Completion): string {
  if (what === null) return '';
  return ` -a ${quoted(typeof what === 'string' ? fishWords[what] : what.join(' '))}`;
}

function fishCondition(commands: readonly Command[]): string {
  const named = namedCommands.filter((command) => commands.includes(command)).map(({ name }) => name);
  const seen = named.length > 0 ? `__fish_seen_subcommand_from ${named.join(' ')}` : null;
  const none = commands.some(({ name }) => name === 'top') ? '__workertop_no_command' : null;
  return quoted([none, seen].filter((condition) => condition !== null).join('; or '));
}

function fish(): string {
  const options = optionHelps.map((option) => {
    const { long, short, value, help, completion: what, commands } = option;
    const names = `${short === null ? '' : ` -s ${short}`} -l ${long}`;
    const values = value === null ? '' : ` -x${fishArguments(what)}`;
    return `complete -c workertop -n ${fishCondition(commands)}${names}${values} -d ${quoted(help)}`;
  });
  const operands = namedCommands.flatMap((command) =>
    command.operands.flatMap(({ completion: what }) =>
      what === null ? [] : [`complete -c workertop -n ${fishCondition([command])}${fishArguments(what)}`],
    ),
  );
  const commands = namedCommands.map(
    ({ name, help }) => `complete -c workertop -n __workertop_no_command -a ${name} -d ${quoted(help)}`,
  );
  return `# Completions of workertop for fish: workertop completion fish | source
function __workertop_no_command
  not __fish_seen_subcommand_from ${commandNames.join(' ')}
end
complete -c workertop -f
${[...commands, ...options, ...operands].join('\n')}
`;
}
