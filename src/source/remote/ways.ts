import { quoted } from './script.ts';

/** How a file is asked for: the function of the script that reads it. */
export type Way = 'f' | 'l' | 'd' | 'e' | 'm' | 't' | 'u' | 'w';

/** Names of files that are asked for. Cgroups are named by users, and those of systemd have `@` and backslashes. */
const PLAIN = /^[!-~]+$/;

/** Names of files of processes and of the kernel. */
const OF_PROCESSES = /^[\w./:-]+$/;

/** The way to ask for a file or a link. */
export function wayOf(name: string): Way {
  if (/(?:^|\/)(?:cwd|exe|self|fd|fd\/\d+|ns\/\w+)$/.test(name)) return 'l';
  if (/^\d+\/environ$/.test(name)) return 'e';
  if (/^\d+\/maps$/.test(name)) return 'm';
  if (/\/net\/tcp6?$/.test(name)) return 't';
  if (/\/net\/unix$/.test(name)) return 'u';
  return 'f';
}

/** Whether a name may be sent: others are not asked for. */
export function maySend(way: Way, name: string): boolean {
  return (way === 'f' ? PLAIN : OF_PROCESSES).test(name);
}

/** A command of the shell there. @param variables of the environment that may be sent, with bars between them */
export function commandOf(way: Way, names: readonly string[], variables: string): string {
  switch (way) {
    case 'e':
      return `e '${variables}' ${names.join(' ')}`;
    case 'l':
      return `l ${names.map((name) => (name.endsWith('/fd') ? `${name}/*` : name)).join(' ')}`;
    case 'd':
      return `d ${names.map((name) => `${name}/*`).join(' ')}`;
    case 'f':
      return `f ${names.map(quoted).join(' ')}`;
    default:
      return `${way} ${names.join(' ')}`;
  }
}
