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
