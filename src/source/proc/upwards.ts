import { dirname } from 'node:path';

/** Most directories that are returned, the first included. */
const MOST_LEVELS = 32;

/** A directory and its parents, nearest first. */
export function upwards(path: string): readonly string[] {
  const directories = [path];
  for (
    let above = dirname(path);
    above !== directories.at(-1) && directories.length < MOST_LEVELS;
    above = dirname(above)
  ) {
    directories.push(above);
  }
  return directories;
}
