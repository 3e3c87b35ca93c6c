import type { ProcessFacts } from '../../snapshot.ts';
import { baseName } from '../../text/base-name.ts';
import type { ConfiguredBy, ConfiguredWorkers, ServerProcesses } from '../definition.ts';
import { type Flag, flag, wholeNumber } from './flags.ts';

/**
 * The number that a flag sets.
 * @param where the place of the flag; default: the command line
 */
export function fromFlag(
  { name, value }: Flag,
  { by, where }: { readonly by: ConfiguredBy; readonly where: string } = {
    by: { type: 'flag', name },
    where: 'on the command line',
  },
): ConfiguredWorkers {
  const written = name.startsWith('--') ? `${name}=${value}` : `${name} ${value}`;
  return { count: wholeNumber(value), by, where: `${written} ${where}` };
}

/** The number that a flag of the server's command line sets, else the one of `fallback`. */
export function fromFlagOr(names: readonly string[], fallback: (server: ServerProcesses) => ConfiguredWorkers) {
  return (server: ServerProcesses): ConfiguredWorkers => {
    const given = flag(server.claim.args ?? [], names);
    return given ? fromFlag(given) : fallback(server);
  };
}

/** The number that an environment variable sets; null if it is not set. */
export function fromVariable({ environment }: ProcessFacts, name: string): ConfiguredWorkers | null {
  const value = environment[name];
  if (value === undefined) return null;
  return { count: wholeNumber(value), by: { type: 'variable', name }, where: `${name}=${value} in the environment` };
}

/**
 * The number that a configuration file sets. The last line counts. If it is not a plain number, the code is quoted and
 * never run.
 * @param plain captures a plain number
 */
export function fromLines(path: string, lines: readonly string[] | undefined, plain: RegExp): ConfiguredWorkers | null {
  const line = lines?.at(-1)?.trim();
  if (line === undefined) return null;
  const number = plain.exec(line)?.[1];
  return { count: number === undefined ? null : Number(number), by: ofFile(path), where: `${line} in ${path}` };
}

/** A configuration file, as what sets a number. */
export function ofFile(path: string): ConfiguredBy {
  return { type: 'file', name: baseName(path) };
}

export const hiddenByTitle: ConfiguredWorkers = {
  count: null,
  by: null,
  where: 'unknown: the process title hides the command line',
};

/**
 * The server's default.
 * @param facts if a variable could set the number: an unreadable environment makes it unknown. The kernel guards the
 * environment and the working directory alike, so no directory means no environment
 */
export function byDefault(label: string, count: number, facts?: ProcessFacts): ConfiguredWorkers {
  if (facts?.cwd === null) return { count: null, by: null, where: 'unknown: only root may read its environment' };
  return { count, by: { type: 'default' }, where: `${label}'s default of ${count}` };
}

/**
 * A path as a process would open it from its working directory; null if that is unknown. Only a leading `./` is
 * resolved: `..` after a link is up to the kernel.
 */
export function absolutePath({ cwd }: Pick<ProcessFacts, 'cwd'>, path: string): string | null {
  if (path.startsWith('/')) return path;
  return cwd === null ? null : `${cwd.replace(/\/$/, '')}/${path.replace(/^\.\//, '')}`;
}
