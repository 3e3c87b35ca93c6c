import type { ProcessFacts } from '../../snapshot.ts';
import type { ConfiguredWorkers, ServerProcesses } from '../definition.ts';
import { type Flag, flag, wholeNumber } from './flags.ts';

/** The number as a flag gives it: of the command line, unless told that it stands somewhere else. */
export function fromFlag(
  { name, value }: Flag,
  { by, where } = { by: `argv ${name}`, where: 'on the command line' },
): ConfiguredWorkers {
  const written = name.startsWith('--') ? `${name}=${value}` : `${name} ${value}`;
  return { count: wholeNumber(value), by, where: `${written} ${where}` };
}

/** The number as a flag of the server's command line gives it, else as `fallback` does. */
export function fromFlagOr(names: readonly string[], fallback: (server: ServerProcesses) => ConfiguredWorkers) {
  return (server: ServerProcesses): ConfiguredWorkers => {
    const given = flag(server.claim.args ?? [], names);
    return given ? fromFlag(given) : fallback(server);
  };
}

/** The number as an environment variable gives it; null where that is not set. */
export function fromVariable({ environment }: ProcessFacts, name: string): ConfiguredWorkers | null {
  const value = environment[name];
  if (value === undefined) return null;
  return { count: wholeNumber(value), by: name, where: `${name}=${value} in the environment` };
}

/**
 * The number as a configuration file gives it. The last of the lines counts; `plain` captures the number
 * where it is written as one. Anything else is code, which is quoted and never run.
 */
export function fromLines(path: string, lines: readonly string[] | undefined, plain: RegExp): ConfiguredWorkers | null {
  const line = lines?.at(-1)?.trim();
  if (line === undefined) return null;
  const number = plain.exec(line)?.[1];
  const by = path.slice(path.lastIndexOf('/') + 1);
  return { count: number === undefined ? null : Number(number), by, where: `${line} in ${path}` };
}

export const hiddenByTitle: ConfiguredWorkers = {
  count: null,
  by: null,
  where: 'unknown: the process title hides the command line',
};

/**
 * What the server does when nothing is said. @param facts given where a variable could say something: the kernel guards the environment
 * and the working directory alike, so where the one is not known the other was not read
 */
export function byDefault(label: string, count: number, facts?: ProcessFacts): ConfiguredWorkers {
  if (facts?.cwd === null) return { count: null, by: null, where: 'unknown: its environment may be read by root only' };
  return { count, by: 'default', where: `${label}'s default of ${count}` };
}

/**
 * A path as a process would open it from its working directory; null where that is not known. It is not resolved beyond a leading
 * `./`: `..` after a link is for the kernel to follow.
 */
export function absolutePath({ cwd }: Pick<ProcessFacts, 'cwd'>, path: string): string | null {
  if (path.startsWith('/')) return path;
  return cwd === null ? null : `${cwd.replace(/\/$/, '')}/${path.replace(/^\.\//, '')}`;
}
