import type { ProcessFacts } from '../snapshot.ts';

/** The sentence about a mount that does not answer. */
export function silentMount(directory: string): string {
  return `${directory} does not answer: workertop cannot read the files there.`;
}

/**
 * Why some of a process's files are unknown, as a sentence; null if all were read.
 * @param silent directories of mounts that do not answer
 */
export function unreadFiles(facts: ProcessFacts, silent: readonly string[]): string | null {
  if (facts.files === undefined) return null;
  if (facts.files === 'waiting') return 'still to be read';
  const paths = [facts.cwd, facts.exe, facts.virtualenv?.path, facts.directory?.path, ...facts.argv];
  const mount = silent.find((point) => paths.some((path) => path === point || path?.startsWith(`${point}/`)));
  // A path may also lead there by a link.
  const unreadable = mount ?? (silent.length === 1 ? silent[0] : undefined);
  return unreadable === undefined ? 'some could not be read' : `${unreadable} does not answer`;
}
