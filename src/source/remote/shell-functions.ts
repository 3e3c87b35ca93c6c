import { quoted } from './script.ts';

/** The shell function that reads a file. */
export type ShellFunction = 'f' | 'l' | 'd' | 'e' | 'm' | 't' | 'u' | 'w';

/** Names of files that may be sent. Users name cgroups, and those of systemd have `@` and backslashes. */
const PLAIN = /^[!-~]+$/;

/** Names of files of processes and of the kernel. */
const OF_PROCESSES = /^[\w./:-]+$/;

/** The shell function that reads this file or link. */
export function shellFunctionOf(name: string): ShellFunction {
  if (/(?:^|\/)(?:cwd|exe|self|fd|fd\/\d+|ns\/\w+)$/.test(name)) return 'l';
  if (/^\d+\/environ$/.test(name)) return 'e';
  if (/^\d+\/maps$/.test(name)) return 'm';
  if (/\/net\/tcp6?$/.test(name)) return 't';
  if (/\/net\/unix$/.test(name)) return 'u';
  return 'f';
}

/** Whether a name may be sent. Files with other names count as missing. */
export function maySend(shellFunction: ShellFunction, name: string): boolean {
  return (shellFunction === 'f' ? PLAIN : OF_PROCESSES).test(name);
}

/**
 * The command of the shell that reads these files.
 * @param variables names of environment variables that may be sent, joined with `|`
 */
export function commandOf(shellFunction: ShellFunction, names: readonly string[], variables: string): string {
  switch (shellFunction) {
    case 'e':
      return `e '${variables}' ${names.join(' ')}`;
    case 'l':
      return `l ${names.map((name) => (name.endsWith('/fd') ? `${name}/*` : name)).join(' ')}`;
    case 'd':
      return `d ${names.map((name) => `${name}/*`).join(' ')}`;
    case 'f':
      return `f ${names.map(quoted).join(' ')}`;
    default:
      return `${shellFunction} ${names.join(' ')}`;
  }
}
